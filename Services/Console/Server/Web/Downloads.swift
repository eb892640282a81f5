import HTTPTypes
import Hummingbird
import HummingbirdCore
import Model
import NIOCore
import RegistryClient
import ServiceClient

/// Downloads of registry files by content hash, one chunk in memory at a time.
struct Downloads: Sendable {
    /// File extensions of the formats, and one for anything else.
    static let endings = Set(ModelFile.Format.allCases.map(\.fileExtension)).union(["bin"])

    let backends: Backends
    let pieceBytes: Int

    /// The path of a file, with the name under which it is saved.
    static func path(_ digest: BlobDigest, _ ending: String, name: String) -> String {
        Query().address("/blobs/\(digest.hexadecimal).\(ending)", ["name": "\(name).\(ending)"])
    }

    /// A text as a download.
    static func text(_ text: String, type: String, name: String) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "\(type); charset=utf-8", .contentDisposition: disposition(name)],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// Asks the browser to save a file, under a name that is safe on all systems.
    private static func disposition(_ name: String?) -> String {
        let allowed = (name ?? "").filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
        let plain = allowed.drop { $0 == "." }.prefix(120)
        return plain.isEmpty ? "attachment" : "attachment; filename=\"\(plain)\""
    }

    /// Answers a request for `<64 hexadecimal digits>.<extension>`.
    func response(_ name: String, to request: Request) async throws -> Response {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, Self.endings.contains(String(parts[1])) else {
            let endings = Self.endings.sorted().map { ".\($0)" }.joined(separator: " ")
            throw Failure(.invalidArgument, "A download is named SHA-256.EXTENSION; extensions: \(endings)")
        }
        let digest = try BlobDigest(String(parts[0]))
        let tag = "\"\(digest.hexadecimal)\""
        var headers: HTTPFields = [
            .contentType: "application/octet-stream", .eTag: tag, .acceptRanges: "bytes",
            .contentDisposition: Self.disposition(Query(request)["name"]),
            .cacheControl: "public, max-age=31536000, immutable",
        ]
        if request.headers[.ifNoneMatch].map({ Self.lists($0, tag) }) ?? false {
            return Response(status: .notModified, headers: headers)
        }
        let state = try await backends.ask(.registry) { try await $0.registry.state(of: digest) }
        guard state.isComplete else { throw Failure(.notFound, "The registry has no file with the hash \(digest).") }
        let isCurrent = request.headers[.ifRange].map { $0 == tag } ?? true
        switch ByteRange(isCurrent ? request.headers[.range] : nil, size: state.bytes) {
        case .whole: return Response(status: .ok, headers: headers, body: body(digest, 0..<state.bytes))
        case .part(let range):
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(state.bytes)"
            return Response(status: .partialContent, headers: headers, body: body(digest, range))
        case .unsatisfiable:
            headers[.contentRange] = "bytes */\(state.bytes)"
            return Response(status: .rangeNotSatisfiable, headers: headers)
        }
    }

    private static func lists(_ field: String, _ tag: String) -> Bool {
        field == "*" || field.split(separator: ",").contains { $0.trimmingPrefix(" ") == tag }
    }

    /// The bytes. If the registry goes away meanwhile, the connection breaks, and the client can continue with a range.
    private func body(_ digest: BlobDigest, _ range: Range<UInt64>) -> ResponseBody {
        let (registry, pieceBytes) = (backends.registry, pieceBytes)
        return ResponseBody(contentLength: range.count) { writer in
            var offset = range.lowerBound
            while offset < range.upperBound {
                let limit = Int(min(UInt64(pieceBytes), range.upperBound - offset))
                let (bytes, _) = try await registry.piece(of: digest, at: offset, limit: limit)
                guard !bytes.isEmpty else { throw Failure(.corrupt, "Blob \(digest) shrank during the download.") }
                try await writer.write(ByteBuffer(bytes: bytes))
                offset += UInt64(bytes.count)
            }
            try await writer.finish(nil)
        }
    }
}
