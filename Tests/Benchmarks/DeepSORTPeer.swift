import Foundation
import Model
import Tracking

/// Deep-sort's association in Python: the package deep-sort-realtime, a maintained version of the published program.
enum DeepSORTPeer {
    /// Its result for a sequence.
    struct Outcome {
        /// Frames per second of processor time, without reading and writing.
        let rate: Double
        /// Its tracks.
        let tracks: MOTFile
    }

    /// Tracks detections: rows of frame, box and appearance as 32-bit floats.
    static func track(_ detections: [Float], columns: Int, frames: Int, python: String) throws -> Outcome {
        let folder = FileManager.default.temporaryDirectory.appending(path: "deep-sort-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let input = folder.appending(path: "detections")
        try detections.withUnsafeBytes { try Data($0).write(to: input) }
        let output = folder.appending(path: "tracks.txt").path
        let text = try PythonProgram.run(
            program, [input.path, "\(columns)", "\(frames)", output], python: python, need: "deep-sort-realtime")
        guard let rate = Double(text) else {
            throw Failure(.internal, "Python answered '\(text.prefix(80))' instead of a number.")
        }
        return Outcome(rate: rate, tracks: try MOTFile(contentsOf: output, as: .results))
    }

    /// Unlike the package, but like the published program, it does not add a track's last appearance again in every
    /// frame.
    private static let program = """
        import sys, time, numpy as np
        from deep_sort_realtime.deep_sort.detection import Detection
        from deep_sort_realtime.deep_sort.nn_matching import NearestNeighborDistanceMetric
        from deep_sort_realtime.deep_sort.tracker import Tracker
        class Tracks(Tracker):
            def update(self, detections):
                matches, lost, new = self._match(detections)
                for track, detection in matches: self.tracks[track].update(self.kf, detections[detection])
                for track in lost: self.tracks[track].mark_missed()
                for detection in new: self._initiate_track(detections[detection])
                self.tracks = [t for t in self.tracks if not t.is_deleted()]
                active = [t.track_id for t in self.tracks if t.is_confirmed()]
                features, targets = [], []
                for track in self.tracks:
                    if not track.is_confirmed(): continue
                    features += track.features
                    targets += [track.track_id for _ in track.features]
                    track.features = []
                self.metric.partial_fit(np.asarray(features), np.asarray(targets), active)
        path, columns, frames, output = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
        rows = np.fromfile(path, dtype=np.float32).reshape(-1, columns)
        found = {f: rows[rows[:, 0] == f] for f in range(1, frames + 1)}
        tracker = Tracks(NearestNeighborDistanceMetric("cosine", 0.2, 100), max_iou_distance=0.7, max_age=30, n_init=3)
        told = []
        start = time.process_time()
        for frame in range(1, frames + 1):
            tracker.predict()
            tracker.update([Detection(row[1:5], 1.0, row[5:]) for row in found[frame]])
            for track in tracker.tracks:
                if track.is_confirmed() and track.time_since_update <= 1:
                    told.append((frame, track.track_id, *track.to_tlwh()))
        rate = frames / (time.process_time() - start)
        with open(output, "w") as file:
            for row in told: file.write(",".join(map(str, row)) + ",1\\n")
        print(rate)
        """
}
