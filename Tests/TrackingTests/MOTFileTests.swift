import Foundation
import Model
import TestSupport
import Testing
import Tracking

struct MOTFileTests {
    @Test(arguments: [
        ("1,1,0,0,nan,20,1", "column 5"), ("1,1,0,0,,20,1", "column 5"), ("1,1,0,0,inf,20,1", "column 5"),
        ("1,1,0,0,10", "5 columns"), ("0,1,0,0,10,20,1", "frame 0"), ("1.5,1,0,0,10,20,1", "frame 1.5"),
        ("1,1.5,0,0,10,20,1", "identity 1.5"), ("1,2,0,0,10,20,1,1", "8 columns, but the rows before have 7"),
        ("1,1,5,5,10,20,1", "identity 1 occurs twice in frame 1, first in line 1"), ("hello", "column 1 is 'hello'"),
    ])
    func `a bad line is refused with file, line and reason`(line: String, reason: String) {
        let failure = #expect(throws: Failure.self) {
            try TrackingData.file("1,1,0,0,10,20,1", line, as: .results)
        }
        #expect(failure?.code == .corrupt)
        #expect(failure?.message.hasPrefix("x.txt:2: ") == true)
        #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "")")
    }

    @Test func `rows out of order are sorted and reported`() throws {
        let file = try TrackingData.file("2,1,0,0,10,20,1", "1,1,5,0,10,20,1", "", as: .results)
        #expect(file.rows.map(\.frame) == [1, 2] && file.rows.map(\.line) == [2, 1])
        #expect(file.repairs == ["x.txt: 1 row came after a later frame; all were sorted by frame"])
    }

    @Test func `spaces between columns and Windows line endings are read`() throws {
        let file = try TrackingData.file("1 1 0.5 0 10 20 1\r", "2\t1 0 0 10 20 1\r", as: .results)
        #expect(file.rows.count == 2 && file.rows[0].box.left == 0.5 && file.repairs.count == 1)
    }

    @Test func `an empty box is left out of detections and kept in results`() throws {
        let detections = try TrackingData.file("1,-1,0,0,0,20,1", "1,-1,0,0,10,20,1", as: .detections)
        #expect(detections.rows.count == 1 && detections.repairs.count == 1)
        let results = try TrackingData.file("1,1,0,0,0,20,1", "1,2,0,0,10,20,1", as: .results)
        #expect(results.rows.count == 2 && results.repairs.count == 1)
    }

    @Test func `frames after a limit can be left out`() throws {
        let file = try TrackingData.file("1,1,0,0,10,20,1", "2,1,0,0,10,20,1", "3,1,0,0,10,20,1", as: .results)
        #expect(file.limited(to: 2).lastFrame == 2 && file.limited(to: nil).lastFrame == 3)
    }

    @Test func `written data is read back`() throws {
        let box = TrackedBox(identity: 7, box: Box(left: 1.25, top: -2, width: 10, height: 20.5), score: 0.75)
        let file = MOTFile(path: "x.txt", tracks: [MOTRow(frame: 3, box)])
        #expect(file.text == "3,7,1.25,-2.00,10.00,20.50,0.7500,-1,-1,-1\n")
        let again = try MOTFile(Data(file.text.utf8), path: "x.txt", as: .results)
        #expect(again.rows[0].box == box.box && again.rows[0].identity == 7 && again.repairs.isEmpty)
    }

    @Test func `a folder without files is reported with the searched places`() throws {
        let folder = try TemporaryDirectory()
        let failure = #expect(throws: Failure.self) { try MOTFolder(folder.url.path, of: .groundTruth) }
        #expect(failure?.message.contains("SEQUENCE/gt/gt.txt") == true)
    }

    @Test func `an incomplete sequence description is refused with the missing field`() throws {
        let folder = try TemporaryDirectory()
        let path = try folder.write("[Sequence]\nname=A\nimWidth=10\nimHeight=10\n".utf8, as: "seqinfo.ini")
        let failure = #expect(throws: Failure.self) { try SequenceInformation(contentsOf: path) }
        #expect(failure?.message.contains("seqLength") == true)
    }
}
