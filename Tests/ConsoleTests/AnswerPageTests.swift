import Answers
import ConsoleSupport
import Foundation
import Model
import RegistryClient
import ServiceClient
import ServingSupport
import TestSupport
import Testing

@testable import ConsoleServer

/// What a model's page shows of its answers, and how it predicts on files.
@Suite(.timeLimit(.minutes(10))) struct AnswerPageTests {
    /// 90 answers of three classes: every tenth sample of class 0 is mistaken for class 2.
    static func file() -> AnswerFile {
        let classes = (0..<90).map { Int32($0 % 3) }
        let outputs = classes.enumerated().flatMap { row, truth -> [Float] in
            let answer = truth == 0 && row % 30 == 0 ? 2 : Int(truth)
            return (0..<3).map { $0 == answer ? 2 : 0 }
        }
        return AnswerFile(
            target: Target(.classification, names: ["a", "b", "<c>"]), count: 500, samples: Array(0..<90),
            outputs: outputs, classes: classes, places: (0..<90).map { "rows.csv, row \($0 + 1)" },
            pictures: ["photo": [30: .init(shape: [3, 2, 3], bytes: Array(0..<18))]],
            importances: .init(
                metric: "accuracy", whole: 0.9,
                inputs: [
                    .init(input: "photo", shuffled: 0.5, deviation: 0.01),
                    .init(input: "voice", shuffled: 0.88, deviation: 0.02),
                ]))
    }

    @Test func `a file of answers is read as it was written, and a broken one is refused`() throws {
        let folder = try TemporaryDirectory()
        let (file, path) = (Self.file(), folder.path("answers.safetensors"))
        try file.write(to: path)
        #expect(try AnswerFile(opening: path) == file)
        var broken = file
        broken.classes[5] = 3
        try broken.write(to: path)
        #expect(throws: Failure.self) { try AnswerFile(opening: path) }
        let long = String(repeating: "ä", count: 100) + "/end.png"
        let name = try #require(PlaceName.names(in: PlaceName.bytes(long)).first)
        #expect(name.hasPrefix("…ä") && name.hasSuffix("ä/end.png"), "\(name)")
    }

    @Test func `answers are counted by pair, by confidence and by error`() throws {
        let judged = JudgedAnswers(Self.file())
        #expect(judged.confusion == [[27, 0, 3], [0, 30, 0], [0, 0, 30]])
        #expect(judged.rows(.pair(truth: 0, answer: 2)) == [0, 30, 60])
        #expect(judged.order.prefix(3) == [0, 30, 60])
        // Every answer has the probability e² / (e² + 2), and 87 of 90 are correct.
        let sure = exp(2.0) / (exp(2.0) + 2)
        #expect(judged.bands.count == 1 && abs(judged.bands[0].confidence - sure) < 1e-6)
        #expect(abs((judged.calibrationError ?? 0) - abs(sure - 87.0 / 90)) < 1e-6)
        let labels = JudgedAnswers(
            AnswerFile(
                target: Target(.multiLabel, names: ["x", "y"]), count: 2, samples: [0, 1], outputs: [3, -3, -3, 3],
                numbers: [1, 0, 1, 0]))
        #expect(labels.labels.map(\.counts) == [[.right: 1, .missed: 1], [.wrong: 1]])
        #expect(labels.rows(.label(0, .missed)) == [1])
        let numbers = AnswerFile(
            target: Target(.regression, names: ["cost"], means: [10], deviations: [2]), count: 2, samples: [0, 1],
            outputs: [0, 1], numbers: [0.5, 1])
        #expect(numbers.answers(of: 1) == [12] && numbers.truth(of: 0) == [11] && numbers.rowsByError == [0, 1])
    }

    @Test func `spectrograms are shown with low tones at the bottom, and pictures unchanged`() throws {
        var file = Self.file()
        file.pictures["voice"] = file.pictures["photo"]
        let manifest = try MadePackage.of(["photo", "voice"]).manifest
        let digest = BlobDigest(hashing: [1])
        func isUpsideDown(_ manifest: DatasetManifest?) throws -> [String: Bool] {
            let query = Query(encoded: "truth=0&answer=2")
            let values = try AnswerValues(JudgedAnswers(file), of: "m", digest: digest, manifest, query).values
            let samples = try #require(values["samples"] as? [[String: Any]])
            let pictures = samples.flatMap { $0["pictures"] as? [[String: Any]] ?? [] }
            return Dictionary(
                pictures.map {
                    (
                        "\($0["source"] ?? "")".contains("/voice/") ? "voice" : "photo",
                        $0["isUpsideDown"] as? Bool == true
                    )
                }
            ) { first, _ in first }
        }
        #expect(try isUpsideDown(manifest) == ["photo": false, "voice": true])
        #expect(try isUpsideDown(nil) == ["photo": false, "voice": false])
    }

    @Test func `a bitmap has its rows bottom-up, in blue, green and red`() {
        let bytes = AnswerPictures.bitmap(.init(shape: [3, 2, 1], bytes: [1, 2, 3, 4, 5, 6]))
        #expect(bytes.count == 54 + 8 && Array(bytes[54...]) == [6, 4, 2, 0, 5, 3, 1, 0])
        #expect(Array(AnswerPictures.bitmap(.init(shape: [1, 1, 1], bytes: [7]))[54...]) == [7, 7, 7, 0])
    }

    @Test func `a model's page links numbers to their samples, and predicts on files`() async throws {
        let folder = try TemporaryDirectory()
        try Self.file().write(to: folder.path("answers.safetensors"))
        let made = try MadePackage.table(target: .init(columns: ["kind"], kind: .classification))
        try await ConsoleCluster.run([.registry]) { cluster in
            let registry = try cluster.registry
            let digest = try await registry.upload(file: folder.file("answers.safetensors"))
            try await made.register(as: "s1/4", with: registry, answers: digest)
            let page = try await cluster.browser.get("/models/s1/4?view=answers")
            #expect(page.status == 200, "\(page.text)")
            for part in [
                "90 test samples", "from 500", "&lt;c&gt;", "truth=0&amp;view=answers", "Calibration",
                "Importance of the modalities", "40.0 points", "rows.csv, row 31",
            ] {
                #expect(page.text.contains(part), "\(part)")
            }
            let cell = try await cluster.browser.get("/models/s1/4?view=answers&truth=0&answer=2")
            #expect(cell.text.contains("3 samples") && cell.text.contains("row 61") && !cell.text.contains("row 2<"))
            let address = "/answers/\(digest.hexadecimal)/photo/30"
            #expect(cell.text.contains(address))
            let picture = try await cluster.browser.get(address)
            #expect(picture.field("Content-Type") == "image/bmp" && picture.body.starts(with: Array("BM".utf8)))
            #expect(try await cluster.browser.get("/answers/\(digest.hexadecimal)/photo/31").status == 404)
            #expect(try await cluster.browser.get("/models/s1/4?view=answers&truth=9&answer=2").status == 400)
            #expect(try await cluster.browser.get("/models/s1/4?view=odd").status == 400)
            try await Self.tryFiles(cluster, made)
        }
    }

    @Test func `a model's page answers for raw texts by a fine-tuned text encoder`() async throws {
        let made = try MadePackage.tunedText()
        try await ConsoleCluster.run([.registry]) { cluster in
            try await made.register(as: "s1/4", with: cluster.registry)
            let form = try await cluster.browser.get("/models/s1/4?view=predict")
            let token = try #require(form.text.firstMatch(of: /name="token" value="([^"]+)"/)).1
            let texts = TextEncoderFixture.texts.prefix(2).enumerated().map { "\"\($1) \($0)\"" }
            let table = (["text"] + texts).joined(separator: "\n") + "\n"
            let page = try await Self.post(
                table, ["Origin: null", "Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: navigate"],
                token: String(token), cluster)
            #expect(page.status == 200, "\(page.text)")
            for answer in try made.answers().prefix(2) {
                let best = answer[1] > answer[0] ? 1 : 0
                let text = String(format: "%.1f %%", Double(answer[best]) * 100)
                #expect(page.text.contains("\(["card", "rate"][best]) \(text)"), "\(text)")
            }
        }
    }

    /// Posts a table as a file.
    private static func post(
        _ table: String, _ fields: [String], token: String, _ cluster: ConsoleCluster
    ) async throws -> RawBrowser.Answer {
        let body = [
            "--limit", "Content-Disposition: form-data; name=\"token\"", "", token, "--limit",
            "Content-Disposition: form-data; name=\"files\"; filename=\"../new.csv\"", "", table, "--limit--", "",
        ].joined(separator: "\r\n")
        let head =
            ["POST /predict/models/s1/4 HTTP/1.1", "Host: localhost", "Connection: close"]
            + [
                "Content-Type: multipart/form-data; boundary=limit", "Content-Length: \(body.utf8.count)",
            ] + fields
        return try await cluster.browser.send(head.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    /// Posts a table like a browser of the same origin, the only one that may.
    private static func tryFiles(_ cluster: ConsoleCluster, _ made: MadePackage) async throws {
        let form = try await cluster.browser.get("/models/s1/4?view=predict")
        #expect(form.text.contains("age, weight, city") && form.text.contains("32 MiB"))
        let token = try #require(form.text.firstMatch(of: /name="token" value="([^"]+)"/)).1
        let table = "age,weight,city\n20,50.5,Rome\n27,51.5,Oslo\n"
        func post(_ fields: [String], token: String) async throws -> RawBrowser.Answer {
            try await Self.post(table, fields, token: token, cluster)
        }
        let own = ["Origin: null", "Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: navigate"]
        let page = try await post(own, token: String(token))
        #expect(page.status == 200, "\(page.text)")
        let right = try made.answers().prefix(2)
        for answer in right {
            let best = answer.indices.reduce(0) { answer[$1] > answer[$0] ? $1 : $0 }
            let text = String(format: "%.1f %%", Double(answer[best]) * 100)
            #expect(page.text.contains("\(["a", "b", "c"][best]) \(text)"), "\(text)")
        }
        #expect(page.text.contains("new.csv, row 1") && !page.text.contains("gyrus-upload"))
        #expect(try await post(["Origin: http://localhost"], token: String(token)).status == 200)
        #expect(try await post(own, token: "guessed").status == 403)
        for foreign in [
            [], ["Origin: null"], ["Origin: http://elsewhere.example"],
            ["Origin: http://localhost", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"],
            ["Origin: null", "Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: navigate"],
        ] {
            #expect(try await post(foreign, token: String(token)).status == 403, "\(foreign)")
        }
        let large = ["Content-Length: 99999999", "Content-Type: multipart/form-data; boundary=limit"] + own
        #expect(try await cluster.browser.get("/predict/models/s1/4", large, method: "POST").status == 413)
        #expect(try await cluster.browser.get("/models/s1/4", own, method: "POST").status == 405)
    }
}
