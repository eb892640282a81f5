import Foundation
import Model

/// A part of a bucket in an S3-compatible store, such as `https://s3.example.org/bucket/prefix?region=eu-central-1`.
///
/// The bucket is in the path rather than in the host name, because every such store supports that.
public struct BucketAddress: Hashable, Sendable, CustomStringConvertible {
    /// The store, such as `https://s3.example.org:9000`.
    public let store: String
    /// Name of the bucket, the first part of the path.
    public let bucket: String
    /// Prefix of the names of all objects; empty or ending with a slash.
    public let prefix: String
    /// The region for which requests are signed.
    public let region: String

    /// Characters allowed in names, which mean the same in a URL and in a signature.
    private static let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")
    private static let usualRegion = "us-east-1"

    /// Parses an address.
    public init(_ text: String) throws {
        func wrong(_ reason: String) -> Failure {
            Failure(
                .invalidArgument,
                "'\(text)' is not the address of a bucket: \(reason). Use the form"
                    + " https://HOST[:PORT]/BUCKET[/PREFIX][?region=REGION].")
        }
        guard let parts = URLComponents(string: text), let scheme = parts.scheme, ["http", "https"].contains(scheme),
            let host = parts.host, !host.isEmpty
        else { throw wrong("it does not begin with http:// or https:// and a host") }
        guard parts.user == nil, parts.password == nil else {
            throw wrong("it contains credentials, which belong in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
        }
        let names = parts.path.split(separator: "/").map(String.init)
        guard let bucket = names.first else { throw wrong("it names no bucket") }
        guard names.allSatisfy({ Set($0).isSubset(of: Self.plain) && $0 != "." && $0 != ".." }) else {
            throw wrong("a bucket and a prefix may have letters, digits, '-', '.' and '_'")
        }
        let items = parts.queryItems ?? []
        guard items.allSatisfy({ $0.name == "region" }), items.count <= 1 else {
            throw wrong("after '?' only the region is allowed")
        }
        let region = items.first?.value ?? Self.usualRegion
        guard !region.isEmpty, Set(region).isSubset(of: Self.plain) else { throw wrong("'\(region)' is not a region") }
        // Foundation keeps the brackets of an IPv6 address on some systems and not on others.
        let plainHost = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        store =
            "\(scheme)://\(plainHost.contains(":") ? "[\(plainHost)]" : plainHost)\(parts.port.map { ":\($0)" } ?? "")"
        self.bucket = bucket
        prefix = names.dropFirst().map { "\($0)/" }.joined()
        self.region = region
    }

    /// The address in written form; includes the region only if it is not the default.
    public var description: String {
        let path = prefix.isEmpty ? bucket : "\(bucket)/\(prefix.dropLast())"
        return "\(store)/\(path)" + (region == Self.usualRegion ? "" : "?region=\(region)")
    }
}
