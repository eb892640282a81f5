import Foundation
import Model
import TestSupport
import Testing
import Tracking
import Vision

struct DrawingTests {
    private let tracks = MOTFile(
        path: "tracks",
        tracks: (1...12).map { frame in
            let box = Box(left: Double(10 * frame), top: -5, width: 40, height: 90)
            return MOTRow(frame: frame, identity: 3, box: box)
        })

    @Test func `tracks on a canvas become images and a video`() throws {
        let folder = try TemporaryDirectory()
        let drawing = TrackDrawing(tracks, on: .canvas(width: 320, height: 200))
        try drawing.writeImages(of: 2...3, to: folder.path("images"))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("images")).sorted()
        #expect(names == ["000002.jpg", "000003.jpg"])
        #expect(try Image(contentsOf: folder.path("images/000002.jpg")).height == 200)
        try drawing.writeFilm(of: 1...12, frameRate: 10, to: folder.path("film.mp4"))
        let film = try #require(FileManager.default.contents(atPath: folder.path("film.mp4")))
        #expect(film.count > 1000 && String(decoding: film[4..<8], as: UTF8.self) == "ftyp")
    }

    @Test func `a picture with a box differs from one without it`() throws {
        let folder = try TemporaryDirectory()
        let drawing = TrackDrawing(tracks, on: .canvas(width: 320, height: 200))
        try drawing.image(of: 5).write(to: folder.path("with.png"))
        try drawing.image(of: 50).write(to: folder.path("without.png"))
        let (with, without) = (
            try Data(contentsOf: folder.file("with.png")), try Data(contentsOf: folder.file("without.png"))
        )
        #expect(with != without && with.count > without.count)
    }

    @Test func `a missing frame and a file that is not an image are named`() throws {
        let folder = try TemporaryDirectory()
        let information = SequenceInformation(name: "A", frames: 3, width: 10, height: 10)
        let source = FrameSource.images(folder: folder.url.path, information)
        let missing = #expect(throws: Failure.self) { _ = try source.image(of: 2) }
        #expect(missing?.message.contains("img1/000002.jpg") == true && missing?.code == .notFound)
        #expect(source.frames(of: 3) == nil)
        let path = try folder.write("no image".utf8, as: "x.jpg")
        let broken = #expect(throws: Failure.self) { _ = try Image(contentsOf: path) }
        #expect(broken?.message.contains(path) == true)
    }

    @Test func `neighboring identities have very different colors`() {
        for identity in 1...50 {
            let (first, second) = (Color(ofIdentity: identity), Color(ofIdentity: identity + 1))
            let distance =
                abs(Int(first.red) - Int(second.red)) + abs(Int(first.green) - Int(second.green))
                + abs(Int(first.blue) - Int(second.blue))
            #expect(distance > 100)
        }
    }
}
