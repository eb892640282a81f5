import Foundation
import Model
import Tracking

/// The ground truth of a video dataset, and the cached detections of the detectors that a recipe names.
///
/// In the preset's folder: ground truth of the set `MOT16` in `MOT16/train`. Detections of the detector D are in a folder D of
/// `detections` or `tracker-outputs`, in that folder itself or in one of its sets; `public` means the `det/det.txt` of the
/// sequences themselves.
struct VideoSet {
    /// Stands for the detections that come with a benchmark.
    static let publicDetections = "public"

    private let bench: TrackingBench

    /// Finds and reads all files.
    /// - Throws: `Failure` with code `not-found` that lists every place tried, or `corrupt` with file and line.
    init(_ modality: DatasetRecipe.Modality, preset: Preset, set: String, locator: DataLocator) throws {
        let root = try Self.root(of: preset, locator)
        let train = "\(root)/\(set)/train"
        var detections: [String: MOTFolder] = [:]
        for detector in modality.detectors ?? [] {
            detections[detector] = try Self.detections(of: detector, in: root, train)
        }
        bench = try TrackingBench(
            truth: MOTFolder(train, of: .groundTruth), detections: detections, frames: modality.frames)
        let heldOut = Set(modality.heldOut ?? [])
        if let wrong = heldOut.subtracting(bench.names).sorted().first {
            throw Failure(
                .invalidArgument,
                "held-out: there is no sequence '\(wrong)'; '\(train)' and the detections have "
                    + "\(bench.names.joined(separator: ", ")).\(NearestName.question(wrong, among: bench.names))")
        }
        guard heldOut.count < bench.names.count else {
            throw Failure(.invalidArgument, "held-out: every sequence is held out; leave one for the search.")
        }
    }

    /// Packs the sequences into one file.
    func write(to path: String) throws { try TrackingArchive(bench).write(to: path) }

    private static func root(of preset: Preset, _ locator: DataLocator) throws -> String {
        do {
            return try locator.folder(of: preset.name)
        } catch var failure as Failure {
            let names = preset.folders
            let places = locator.folders.flatMap { folder in names.map { "\(folder)/\($0)" } }.joined(separator: ", ")
            failure.message =
                "There are no sequences to track on this machine: none of \(places) exists. Name the folder that holds "
                + "'\(names.joined(separator: "' or '"))' with $GYRUS_DATA where the trainer's workers run; Gyrus cannot generate sequences."
            throw failure
        }
    }

    private static func detections(of detector: String, in root: String, _ train: String) throws -> MOTFolder {
        if detector == publicDetections { return try MOTFolder(train, of: .detections) }
        let sets = Preset.all.compactMap { if case .benchmark(let set) = $0.source { set } else { nil } }
        let tops = [root] + sets.map { "\(root)/\($0)" }
        let places = tops.flatMap { ["\($0)/detections/\(detector)", "\($0)/tracker-outputs/\(detector)"] }
        if let place = places.first(where: { FileManager.default.fileExists(atPath: $0) }) {
            return try MOTFolder(place, of: .detections)
        }
        throw Failure(
            .notFound,
            "There are no detections of '\(detector)': looked for \(places.joined(separator: ", ")). Put a file "
                + "SEQUENCE.txt for each sequence there; 'gyrus track frames --detections-output' makes them from "
                + "frames."
        )
    }
}
