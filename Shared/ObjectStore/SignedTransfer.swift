import CCurl
import Crypto
import Foundation
import Model
import Synchronization

/// A store's response.
struct StoreAnswer {
    var status = 0
    var headers: [String: String] = [:]
    var body: [UInt8] = []

    /// The text of the first element with a given name.
    func element(_ name: String) -> String? { elements(name).first }

    /// The texts of all elements with a given name.
    func elements(_ name: String) -> [String] {
        String(decoding: body, as: UTF8.self).split(separator: "<\(name)>", omittingEmptySubsequences: false)
            .dropFirst()
            .compactMap { rest in
                rest.range(of: "</\(name)>").map { end in
                    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&apos;", "'"), ("&amp;", "&")]
                        .reduce(String(rest[..<end.lowerBound])) { $0.replacing($1.0, with: $1.1) }
                }
            }
    }
}

/// Requests to one store, signed with AWS Signature Version 4, each on a separate thread that may block.
final class SignedTransfer: Sendable {
    /// Maximum number of requests at a time.
    private static let most = 8
    /// How long a connection may take.
    private static let connectSeconds = 10
    /// How long a transfer may be slower than 1 KiB/s before it is abandoned.
    private static let stallSeconds = 30
    /// How long a store may take to accept a large request before its content is sent anyway.
    private static let expectMilliseconds = 200

    private let address: BucketAddress
    private let credentials: BucketCredentials
    private let idle = Mutex<[Handle]>([])
    private let queue = {
        let queue = OperationQueue()
        queue.name = "object store"
        queue.maxConcurrentOperationCount = SignedTransfer.most
        return queue
    }()

    /// A handle keeps its connection for the next request.
    private final class Handle: @unchecked Sendable {  // Used by one request at a time.
        let pointer: UnsafeMutableRawPointer
        init?() {
            guard let pointer = curl_easy_init() else { return nil }
            self.pointer = pointer
        }
        deinit { curl_easy_cleanup(pointer) }
    }

    init(_ address: BucketAddress, _ credentials: BucketCredentials) {
        self.address = address
        self.credentials = credentials
    }

    /// Sends a request and returns the store's response, whatever its status.
    /// - Parameters:
    ///   - path: The path within the store, such as `/bucket/name`.
    ///   - query: The parameters, ordered by name.
    func perform(
        _ method: String, _ path: String, query: [(name: String, value: String)] = [], headers: [String] = [],
        body: [UInt8] = []
    ) async throws -> StoreAnswer {
        let allowed = CharacterSet(charactersIn: "-._~").union(.alphanumerics)
        let parameters = query.map {
            "\($0.name)=\($0.value.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")"
        }
        let url = address.store + path + (query.isEmpty ? "" : "?" + parameters.joined(separator: "&"))
        return try await withCheckedThrowingContinuation { continuation in
            queue.addOperation {
                continuation.resume(with: Result { try self.wait(for: method, url, headers, body) })
            }
        }
    }

    private func wait(for method: String, _ url: String, _ headers: [String], _ body: [UInt8]) throws -> StoreAnswer {
        guard let handle = idle.withLock({ $0.popLast() }) ?? Handle() else {
            throw Failure(.internal, "Cannot start libcurl.")
        }
        defer { idle.withLock { $0.append(handle) } }
        let curl = handle.pointer
        curl_easy_reset(curl)
        let digest = BlobDigest(hashing: body).hexadecimal
        let token = credentials.token.map { ["x-amz-security-token: \($0)"] } ?? []
        let lines = headers + token + ["x-amz-content-sha256: \(digest)", "Content-Type: application/octet-stream"]
        let list = lines.reduce(nil as UnsafeMutablePointer<curl_slist>?) { curl_slist_append($0, $1) }
        defer { curl_slist_free_all(list) }
        var answer = StoreAnswer()
        var reason = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
        let code = reason.withUnsafeMutableBufferPointer { reason in
            body.withUnsafeBytes { body in
                withUnsafeMutablePointer(to: &answer) { answer in
                    gyrus_curl_set_bytes(curl, CURLOPT_ERRORBUFFER, reason.baseAddress)
                    gyrus_curl_set_text(curl, CURLOPT_URL, url)
                    gyrus_curl_set_text(curl, CURLOPT_CUSTOMREQUEST, method)
                    gyrus_curl_set_headers(curl, list)
                    gyrus_curl_set_text(curl, CURLOPT_AWS_SIGV4, "aws:amz:\(address.region):s3")
                    gyrus_curl_set_text(curl, CURLOPT_USERNAME, credentials.key)
                    gyrus_curl_set_text(curl, CURLOPT_PASSWORD, credentials.secret)
                    gyrus_curl_set_number(curl, CURLOPT_NOSIGNAL, 1)
                    gyrus_curl_set_number(curl, CURLOPT_CONNECTTIMEOUT, Self.connectSeconds)
                    gyrus_curl_set_number(curl, CURLOPT_LOW_SPEED_LIMIT, 1024)
                    gyrus_curl_set_number(curl, CURLOPT_LOW_SPEED_TIME, Self.stallSeconds)
                    gyrus_curl_set_number(curl, CURLOPT_EXPECT_100_TIMEOUT_MS, Self.expectMilliseconds)
                    gyrus_curl_set_number(curl, CURLOPT_NOBODY, method == "HEAD" ? 1 : 0)
                    if !body.isEmpty || method == "POST" || method == "PUT" {
                        gyrus_curl_set_size(curl, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
                        gyrus_curl_set_bytes(curl, CURLOPT_POSTFIELDS, body.baseAddress ?? UnsafeRawPointer(curl))
                    }
                    gyrus_curl_set_receiver(curl, CURLOPT_WRITEFUNCTION, CURLOPT_WRITEDATA, Self.takeBody, answer)
                    gyrus_curl_set_receiver(curl, CURLOPT_HEADERFUNCTION, CURLOPT_HEADERDATA, Self.takeHeader, answer)
                    return curl_easy_perform(curl)
                }
            }
        }
        guard code == CURLE_OK else {
            let detail = reason.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
            let text = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
            throw Failure(.unavailable, "Cannot reach the store \(address.store): \(text).")
        }
        answer.status = gyrus_curl_status(curl)
        return answer
    }

    private static let takeBody: gyrus_curl_receiver = { bytes, size, count, context in
        guard let bytes, let answer = context?.assumingMemoryBound(to: StoreAnswer.self) else { return 0 }
        UnsafeRawBufferPointer(start: bytes, count: size * count).withMemoryRebound(to: UInt8.self) {
            answer.pointee.body.append(contentsOf: $0)
        }
        return size * count
    }

    private static let takeHeader: gyrus_curl_receiver = { bytes, size, count, context in
        guard let bytes, let answer = context?.assumingMemoryBound(to: StoreAnswer.self) else { return 0 }
        let line = String(decoding: UnsafeRawBufferPointer(start: bytes, count: size * count), as: UTF8.self)
        if line.hasPrefix("HTTP/") { answer.pointee.headers = [:] }
        if let colon = line.firstIndex(of: ":") {
            answer.pointee.headers[line[..<colon].lowercased()] =
                line[line.index(after: colon)...].trimmingCharacters(in: .whitespacesAndNewlines)
        }
        return size * count
    }
}
