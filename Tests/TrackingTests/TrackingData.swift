import Foundation
import Model
import TestSupport
import Tracking

/// Real sequences of MOTChallenge; tests that need them are skipped if they are missing.
enum TrackingData {
    static let folder = try? RealData.locator.folder(of: "mot")
    static var isHere: Bool { folder != nil }
    static let reason = "needs MOT15, MOT17 and tracker outputs; name the folder that holds mot with $GYRUS_DATA"

    static func path(_ name: String) -> String { "\(folder ?? "")/\(name)" }

    static func truth(_ sequence: String) throws -> MOTFile {
        try MOTFile(contentsOf: path("MOT17/train/\(sequence)/gt/gt.txt"), as: .groundTruth)
    }

    static func publicDetections(_ sequence: String) throws -> MOTFile {
        try MOTFile(contentsOf: path("MOT17/train/\(sequence)/det/det.txt"), as: .detections)
    }

    /// A file with lines as given.
    static func file(_ lines: String..., as kind: MOTFile.Kind) throws -> MOTFile {
        try MOTFile(Data(lines.joined(separator: "\n").utf8), path: "x.txt", as: kind)
    }
}
