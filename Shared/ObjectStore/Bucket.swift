import Foundation
import Model

/// Named objects in a part of a bucket.
public struct Bucket: Sendable {
    /// Size of the parts in which a large object is transferred; smaller ones are transferred whole.
    public static let partBytes = 16 << 20

    /// The bucket, and the part of it.
    public let address: BucketAddress
    private let credentials: BucketCredentials
    private let transfer: SignedTransfer

    /// Makes a reference to a bucket without contacting it.
    public init(_ address: BucketAddress, _ credentials: BucketCredentials) {
        self.address = address
        self.credentials = credentials
        transfer = SignedTransfer(address, credentials)
    }

    private func path(_ name: String) -> String { "/\(address.bucket)/\(address.prefix)\(name)" }

    // MARK: Reading

    /// At most a given number of bytes from an offset; nil if there is no such object.
    public func read(_ name: String, at offset: UInt64, count: Int) async throws -> [UInt8]? {
        guard count > 0 else { return [] }
        let answer = try await transfer.perform(
            "GET", path(name), headers: ["Range: bytes=\(offset)-\(offset + UInt64(count) - 1)"])
        if answer.status == 404, answer.element("Code") != "NoSuchBucket" { return nil }
        if answer.status == 416 { return [] }
        try check(answer, "read")
        // A store without support for ranges sends everything.
        guard answer.status == 200 else { return answer.body }
        return Array(answer.body.dropFirst(Int(clamping: offset)).prefix(count))
    }

    // MARK: Writing

    /// Stores an object of a given size, whose bytes are requested part by part; it appears completely or not at all.
    public func write(
        _ name: String, bytes total: UInt64, part: (_ offset: UInt64, _ count: Int) async throws -> [UInt8]
    ) async throws {
        guard total > UInt64(Self.partBytes) else {
            let body = try await part(0, Int(total))
            try check(try await transfer.perform("PUT", path(name), body: body), "written")
            return
        }
        let begun = try await transfer.perform("POST", path(name), query: [("uploads", "")])
        try check(begun, "written")
        guard let upload = begun.element("UploadId") else {
            throw Failure(.unavailable, "The store \(address.store) started an upload without giving it an ID.")
        }
        do {
            let tags = try await sendParts(of: name, upload, total, part)
            let list = tags.enumerated().map { index, tag in
                "<Part><PartNumber>\(index + 1)</PartNumber><ETag>\(tag)</ETag></Part>"
            }
            let body = "<CompleteMultipartUpload>\(list.joined())</CompleteMultipartUpload>"
            let ended = try await transfer.perform(
                "POST", path(name), query: [("uploadId", upload)], body: Array(body.utf8))
            try check(ended, "written")
            // A store can report an error after it has already signaled success.
            if ended.element("Code") != nil { throw failure(ended, "written") }
        } catch {
            _ = try? await transfer.perform("DELETE", path(name), query: [("uploadId", upload)])
            throw error
        }
    }

    private func sendParts(
        of name: String, _ upload: String, _ total: UInt64, _ part: (UInt64, Int) async throws -> [UInt8]
    ) async throws -> [String] {
        var tags: [String] = []
        var offset: UInt64 = 0
        while offset < total {
            let bytes = try await part(offset, Int(min(UInt64(Self.partBytes), total - offset)))
            let answer = try await transfer.perform(
                "PUT", path(name), query: [("partNumber", "\(tags.count + 1)"), ("uploadId", upload)], body: bytes)
            try check(answer, "written")
            tags.append(answer.headers["etag"] ?? "")
            offset += UInt64(bytes.count)
        }
        return tags
    }

    /// Removes an object; it is not an error if there is none.
    public func remove(_ name: String) async throws {
        let answer = try await transfer.perform("DELETE", path(name))
        if answer.status == 404, answer.element("Code") != "NoSuchBucket" { return }
        try check(answer, "removed")
    }

    /// Removes the remains of large objects that were never completed.
    public func removeUnfinished() async throws {
        let answer = try await transfer.perform(
            "GET", "/\(address.bucket)", query: [("prefix", address.prefix), ("uploads", "")])
        try check(answer, "listed")
        for (name, upload) in zip(answer.elements("Key"), answer.elements("UploadId")) {
            _ = try await transfer.perform("DELETE", "/\(address.bucket)/\(name)", query: [("uploadId", upload)])
        }
    }

    // MARK: Failures

    private func check(_ answer: StoreAnswer, _ what: String) throws {
        guard (200..<300).contains(answer.status) else { throw failure(answer, what) }
    }

    private func failure(_ answer: StoreAnswer, _ what: String) -> Failure {
        let code = answer.element("Code") ?? "status \(answer.status)"
        let text = answer.element("Message").map { ": \($0.prefix(300))" } ?? ""
        let failed = "An object of the bucket \(address) cannot be \(what) (\(code)\(text))."
        let isFull = answer.status == 507 || code.contains("Full") || code.contains("Quota")
        return switch (answer.status, code) {
        case _ where isFull:
            Failure(.unavailable, "\(failed) The bucket is full: free space in it or raise its quota.")
        case (_, "NoSuchBucket"):
            Failure(.notFound, "\(failed) Create the bucket, or name another one.")
        case (401, _), (403, _):
            Failure(
                .permissionDenied,
                "\(failed) The store rejects the key '\(credentials.key)': check AWS_ACCESS_KEY_ID,"
                    + " AWS_SECRET_ACCESS_KEY, the region, this machine's clock and the permissions of the key.")
        case (500..., _), (429, _), (408, _), (200..<300, _):
            Failure(.unavailable, "\(failed) Try again later.")
        default:
            Failure(.unavailable, "\(failed) Check the store's log.", isRetriable: false)
        }
    }
}
