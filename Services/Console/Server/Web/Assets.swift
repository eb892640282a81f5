import HTTPTypes
import Hummingbird
import Model

/// Static files for browsers, built into the executable.
struct Assets: Sendable {
    private struct Asset {
        let type: String
        let bytes: [UInt8]
        let tag: String
    }

    private let assets: [String: Asset]

    init() {
        let files: [(name: String, type: String, bytes: [UInt8])] = [
            ("style.css", "text/css; charset=utf-8", PackageResources.style_css),
            ("console.js", "text/javascript; charset=utf-8", PackageResources.console_js),
            ("icon.svg", "image/svg+xml", PackageResources.icon_svg),
        ]
        assets = files.reduce(into: [:]) { assets, file in
            let tag = String(BlobDigest(hashing: file.bytes).hexadecimal.prefix(16))
            assets[file.name] = Asset(type: file.type, bytes: file.bytes, tag: tag)
        }
    }

    /// The address of a file; it changes with the content, so that browsers may cache it forever.
    func path(of name: String) -> String { "/assets/\(name)?v=\(assets[name]?.tag ?? "")" }

    /// The response for a file.
    func response(_ name: String, to request: Request) throws -> Response {
        guard let asset = assets[name] else { throw Failure(.notFound, "The console has no file with this name.") }
        let tag = "\"\(asset.tag)\""
        let headers: HTTPFields = [
            .contentType: asset.type, .eTag: tag, .cacheControl: "public, max-age=31536000, immutable",
        ]
        if request.headers[.ifNoneMatch] == tag { return Response(status: .notModified, headers: headers) }
        return Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.bytes)))
    }
}

/// The templates built into the executable, by the name under which they are rendered.
enum Templates {
    static var all: [(name: String, bytes: [UInt8])] {
        [
            ("layout", PackageResources.layout_mustache), ("error", PackageResources.error_mustache),
            ("overview", PackageResources.overview_mustache), ("datasets", PackageResources.datasets_mustache),
            ("dataset", PackageResources.dataset_mustache), ("zoo", PackageResources.zoo_mustache),
            ("model", PackageResources.model_mustache), ("brain", PackageResources.brain_mustache),
            ("scenarios", PackageResources.scenarios_mustache), ("scenario", PackageResources.scenario_mustache),
            ("trial", PackageResources.trial_mustache), ("answers", PackageResources.answers_mustache),
            ("try", PackageResources.try_mustache), ("comparison", PackageResources.comparison_mustache),
            ("trials-compared", PackageResources.trials_compared_mustache),
            ("search", PackageResources.search_mustache), ("events", PackageResources.events_mustache),
            ("event", PackageResources.event_mustache),
            ("network", PackageResources.network_mustache),
            ("architecture", PackageResources.architecture_mustache),
            ("structure", PackageResources.structure_mustache),
            ("explanation", PackageResources.explanation_mustache),
            ("tracking", PackageResources.tracking_mustache), ("tracks", PackageResources.tracks_mustache),
            ("track-frame", PackageResources.track_frame_mustache),
            ("scenario-rows", PackageResources.scenario_rows_mustache), ("manual", PackageResources.manual_mustache),
        ]
    }
}
