import DesignerClient
import Hummingbird
import Model
import Presentation
import ServiceClient
import Tracking

/// The tracks of a scenario's best tracker: each sequence as a whole, and frame by frame.
struct TrackPages: Sendable {
    /// Step sizes, in frames, of the links next to a frame.
    private static let strides = [-25, -1, 1, 25]

    let backends: Backends
    let renderer: Renderer
    let store: TrackStore

    func page(_ id: String, _ query: Query) async throws -> Response {
        let scene = try await scene(id, query)
        var values = scene.values
        values["overview"] = TrackDrawing(sequence: scene.sequence).overview
        values["sequences"] = scene.all.map { sequence in
            [
                "name": sequence.name, "isCurrent": sequence.name == scene.sequence.name,
                "address": Self.address(scene.status, sequence.name, 1), "people": Words.count(sequence.identities),
                "frames": Words.count(sequence.frames.count),
            ] as [String: Any]
        }
        return renderer.page("tracks", title: "Tracks of \(scene.status.name)", section: .scenarios, values)
    }

    /// The part of the page that shows one frame.
    func frame(_ id: String, _ query: Query) async throws -> Response {
        renderer.fragment("track-frame", try await scene(id, query).values)
    }

    // MARK: - What is shown

    private struct Scene {
        let status: ScenarioStatus
        let all: [TrackedSequence]
        let sequence: TrackedSequence
        let frame: Int

        var values: [String: Any] {
            let count = sequence.frames.count
            return [
                "id": status.id.text, "scenario": status.name, "setup": status.best?.networkName ?? "",
                "sequence": sequence.name, "frame": frame, "last": count, "rate": sequence.information.frameRate,
                "drawing": TrackDrawing(sequence: sequence).frame(frame),
                "people": Words.amount(sequence.frames[frame - 1].count, "person").replacing("persons", with: "people"),
                "links": strides.map { stride in
                    let target = min(max(1, frame + stride), count)
                    return [
                        "title": "\(stride > 0 ? "+" : "−")\(abs(stride))",
                        "address": address(status, sequence.name, target),
                    ]
                },
            ]
        }
    }

    private func scene(_ id: String, _ query: Query) async throws -> Scene {
        let status = try await backends.ask(.designer) { try await $0.designer.scenario(id) }
        guard let tracks = status.best?.tracker?.tracks else {
            throw Failure(
                .notFound,
                "Scenario '\(status.name)' has no tracks; a tracking scenario stores those of its result when it ends.")
        }
        let all = try await store.sequences(of: tracks)
        let name = query["sequence"] ?? all.first?.name ?? ""
        guard let sequence = all.first(where: { $0.name == name }), !sequence.frames.isEmpty else {
            throw Failure(
                .notFound,
                "There is no sequence '\(name.prefix(80))'. Available: \(all.map(\.name).joined(separator: ", ")).")
        }
        return Scene(
            status: status, all: all, sequence: sequence,
            frame: try query.number("frame", default: 1, in: 1...sequence.frames.count))
    }

    private static func address(_ status: ScenarioStatus, _ sequence: String, _ frame: Int) -> String {
        Query(["sequence": sequence, "frame": "\(frame)"]).address("/scenarios/\(status.id)/tracks")
    }
}
