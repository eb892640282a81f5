import CTorch
import Foundation
import Model
import TestSupport
import Testing
import Tracking
import Vision

/// Real frames, networks, and the results of other programs with them.
enum VisionData {
    static let detectors = try? RealData.locator.folder(of: "detectors")
    static let mot = try? RealData.locator.folder(of: "mot")
    static let reid = try? RealData.locator.folder(of: "reid")
    static var isHere: Bool { detectors != nil && mot != nil && reid != nil }
    static let reason = "needs detectors, mot and reid; name the folder that holds them with $GYRUS_DATA"

    static var sequence: String { "\(mot ?? "")/MOT17/train/MOT17-04-FRCNN" }
    static func frame(_ number: Int) throws -> Image { try Image(contentsOf: "\(sequence)/img1/00000\(number).jpg") }
}

@Suite(.enabled(if: VisionData.isHere, Comment(rawValue: VisionData.reason)))
struct DetectorTests {
    @Test(arguments: [
        "yolo-fastest-1.0", "yolo-fastest-1.0-xl", "yolo-fastest-1.1", "yolo-fastest-1.1-xl", "yolo-fastest-1.1_body",
        "yolox-nano", "fastestdet",
    ])
    func `boxes and scores match the reference`(name: String) throws {
        let folder = try #require(VisionData.detectors)
        let detector = try KnownDetector.named(name).open(in: folder)
        let path = "\(folder)/reference-detections/\(name.replacing("yolox-nano", with: "yolox_nano"))"
        let reference = try MOTFile(contentsOf: "\(path)/MOT17-04-FRCNN.txt", as: .detections)
        for frame in 1...8 {
            let expected = reference.rows.filter { $0.frame == frame }
            let found = try detector.detect(in: VisionData.frame(frame))
            #expect(found.count == expected.count)
            for row in expected {
                let best = try #require(
                    found.max { $0.box.overlap(with: row.box) < $1.box.overlap(with: row.box) })
                #expect(best.box.overlap(with: row.box) >= 0.95)
                #expect(abs(best.score - row.confidence) <= 0.02)
            }
        }
    }

    @Test func `appearances match the reference`() throws {
        let folder = try #require(VisionData.reid)
        let network = try AppearanceNetwork("\(folder)/osnet_x0_25_msmt17/osnet_x0_25_msmt17.onnx")
        let text = try String(
            contentsOfFile: "\(folder)/reference-embeddings/osnet_x0_25_msmt17_MOT17-04.tsv", encoding: .utf8)
        let lines = text.split(separator: "\n").dropFirst()
        #expect(lines.count > 20)
        for line in lines {
            let fields = line.split(separator: "\t")
            let numbers = fields.prefix(6).compactMap { Double($0) }
            let box = Box(left: numbers[2], top: numbers[3], width: numbers[4], height: numbers[5])
            let found = try network.appearance(of: box, in: VisionData.frame(Int(numbers[0])))
            let expected = fields[6].split(separator: ",").compactMap { Float($0) }
            #expect(found.count == 512 && expected.count == 512)
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-3 })
        }
    }

    @Test func `a detector that cannot run reports the reason and advice`() throws {
        let folder = try #require(VisionData.detectors)
        for name in ["pedestrian-detection-adas-0002", "detr", "yolov3"] {
            let failure = #expect(throws: Failure.self) { try KnownDetector.named(name).open(in: folder) }
            #expect(failure?.message.contains(name) == true)
        }
        let failure = #expect(throws: Failure.self) { try KnownDetector.named("yolo-nano") }
        #expect(failure?.message.contains("yolox-nano") == true)
    }

    @Test func `a broken network file is refused`() throws {
        let folder = try TemporaryDirectory()
        let path = try folder.write("no network".utf8, as: "x.onnx")
        let failure = #expect(throws: Failure.self) { try DetectorLayout.yolox.open(path) }
        #expect(failure?.message.contains(path) == true)
    }

    @Test func `a network with another layout or size is refused with its output`() throws {
        let folder = try #require(VisionData.detectors)
        let other = try DetectorLayout.yolox.open("\(folder)/fastestdet/FastestDet.onnx", side: 352)
        let failure = #expect(throws: Failure.self) { try other.detect(in: VisionData.frame(1)) }
        #expect(failure?.message.contains("[1, 2541, 5 + classes]") == true, "\(failure?.message ?? "")")
        #expect(throws: Failure.self) { try DetectorLayout.yolox.open("x.onnx", side: 100) }
    }

    @Test func `a user's file is run by its layout`() throws {
        let folder = try #require(VisionData.detectors)
        let own = try DetectorLayout.fastestDet.open("\(folder)/fastestdet/FastestDet.onnx", score: 0.6)
        let found = try own.detect(in: VisionData.frame(1))
        #expect(!found.isEmpty && found.allSatisfy { $0.score > 0.6 })
    }

    /// A network that detects bright areas, exported in either of two layouts.
    private static func brightness(list: Bool) -> String {
        let image = list ? "images: List[Tensor]" : "image: Tensor"
        let answer = list ? #"({}, [{"boxes": boxes, "scores": scores, "labels": labels}])"# : "(boxes, labels, scores)"
        let type =
            list ? "Tuple[Dict[str, Tensor], List[Dict[str, Tensor]]]" : "Tuple[Tensor, Tensor, Tensor]"
        return """
            def forward(self, \(image)) -> \(type):
                bright = \(list ? "images[0]" : "image[0]").mean(0) > 0.5
                rows = torch.nonzero(bright.any(1))
                columns = torch.nonzero(bright.any(0))
                box = torch.stack([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
                boxes = torch.stack([box, box + 1]) * 1.0
                scores = torch.tensor([0.75, 0.9])
                labels = torch.tensor([1, 7])
                return \(answer)

            """
    }

    @Test(.timeLimit(.minutes(2)), arguments: [true, false])
    func `a TorchScript detector runs in its own process`(_ takesList: Bool) async throws {
        let gyrus = try GyrusProgram()
        defer { try? FileManager.default.removeItem(at: gyrus.folder) }
        var error: UnsafeMutablePointer<CChar>?
        let network = try #require(
            gyrus_network_create(Self.brightness(list: takesList), nil, nil, 0, 0, .processor, &error),
            "\(error.map { String(cString: $0) } ?? "")")
        defer { gyrus_network_free(network) }
        let file = gyrus.folder.appending(path: "bright.pt").path
        #expect(gyrus_network_save(network, file, &error))
        for frame in 1...4 {
            var image = try Image(width: 320, height: 200, color: Color(red: 0, green: 0, blue: 0))
            let box = Box(left: 100 + 4 * Double(frame), top: 50, width: 30, height: 60)
            try image.draw(box, label: "", color: Color(red: 255, green: 255, blue: 255))
            let folder = gyrus.folder.appending(path: "S/img1")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try image.write(to: folder.appending(path: "00000\(frame).png").path)
        }
        let information = "[Sequence]\nname=S\nseqLength=4\nimWidth=320\nimHeight=200\nimExt=.png\n"
        try Data(information.utf8).write(to: gyrus.folder.appending(path: "S/seqinfo.ini"))
        let common = ["track", "frames", "--sequence", "S", "--layout", "torchscript", "--output", "t.txt"]
        let run = try await gyrus.run(common + ["--detector", file, "--detections-output", "d.txt"])
        #expect(run.status == 0, "\(run.err)")
        let rows = try MOTFile(contentsOf: gyrus.folder.appending(path: "d.txt").path, as: .detections).rows
        // Only the label of a person counts, and the box moves with the frames.
        #expect(rows.map(\.frame) == [1, 2, 3, 4] && rows.allSatisfy { $0.confidence == 0.75 })
        #expect(rows.last.map { $0.box.left }.map { $0 - rows[0].box.left } == 12)
        let other = try await gyrus.run(common + ["--detector", file, "--person-class", "7", "--minimum-score", "0.8"])
        #expect(other.status == 0 && other.err.contains("frame 4: 1 detections"))
        try Data("no network".utf8).write(to: gyrus.folder.appending(path: "broken.pt"))
        let broken = try await gyrus.run(common + ["--detector", "broken.pt"])
        #expect(
            broken.status != 0 && broken.err.contains("'\(gyrus.folder.path)/broken.pt' cannot be read"),
            "\(broken.err)")
    }

    @Test func `the program detects, tracks and draws frames`() async throws {
        let gyrus = try GyrusProgram()
        let folder = try #require(VisionData.detectors)
        let tracks = gyrus.folder.appending(path: "tracks.txt").path
        let common = ["--sequence", VisionData.sequence, "--range", "1-4"]
        let followed = try await gyrus.run(
            ["track", "frames", "--detector", "yolox-nano", "--detectors", folder, "--output", tracks] + common)
        #expect(followed.status == 0, "\(followed.err)")
        let rows = try MOTFile(contentsOf: tracks, as: .results).rows
        #expect(rows.count > 5)
        for output in ["film.mp4", "images"] {
            let path = gyrus.folder.appending(path: output).path
            let drawn = try await gyrus.run(["track", "draw", "--tracks", tracks, "--output", path] + common)
            #expect(drawn.status == 0, "\(drawn.err)")
        }
        #expect(try Image(contentsOf: gyrus.folder.appending(path: "images/000004.jpg").path).width == 1920)
        let missing = try await gyrus.run(
            [
                "track", "draw", "--tracks", tracks, "--output", "x", "--sequence", VisionData.sequence, "--range",
                "9-10",
            ])
        #expect(missing.status != 0 && missing.err.contains("000009.jpg"))
        try FileManager.default.removeItem(at: gyrus.folder)
    }
}

extension gyrus_place {
    /// The CPU, with 32 bits.
    fileprivate static var processor: gyrus_place {
        gyrus_place(device: -1, precision: GYRUS_FP32, is_like_device: false)
    }
}
