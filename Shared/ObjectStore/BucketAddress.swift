import Foundation
import Model

/// A part of a bucket in an S3-compatible store, such as `https://s3.example.org/bucket/prefix?region=eu-central-1`.
///
/// The bucket stands in the path and not in the name of the host, as every such store understands it.
public struct BucketAddress: Hashable, Sendable, CustomStringConvertible {
    /// The store, such as `https://s3.example.org:9000`.
    public let store: String
    /// Name of the bucket, the first part of the path.
    public let bucket: String
    /// What the names of all objects begin with; empty or with a slash at its end.
    public let prefix: String
    /// The region that requests are signed for.
    public let region: String

    /// Characters that names have, which mean the same in a URL and in a signature.
    private static let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")
    private static let usualRegion = "us-east-1"

    /// Reads an address.
    public init(_ text: String) throws {
        func wrong(_ reason: String) -> Failure {
            Failure(
                .invalidArgument,
                "'\(text)' is no address of a bucket: \(reason). It is written"
                    + " https://HOST[:PORT]/BUCKET[/PREFIX][?region=REGION].")
        }
        guard let parts = URLComponents(string: text), let scheme = parts.scheme, ["http", "https"].contains(scheme),
            let host = parts.host, !host.isEmpty
        else { throw wrong("it begins with no http:// or https:// and host") }
        guard parts.user == nil, parts.password == nil else {
            throw wrong("it contains credentials, which stand in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
        }
        let names = parts.path.split(separator: "/").map(String.init)
        guard let bucket = names.first else { throw wrong("it names no bucket") }
        guard names.allSatisfy({ Set($0).isSubset(of: Self.plain) && $0 != "." && $0 != ".." }) else {
            throw wrong("a bucket and a prefix have letters, digits, '-', '.' and '_'")
        }
        let items = parts.queryItems ?? []
        guard items.allSatisfy({ $0.name == "region" }), items.count <= 1 else {
            throw wrong("after '?' only the region is known")
        }
        let region = items.first?.value ?? Self.usualRegion
        guard !region.isEmpty, Set(region).isSubset(of: Self.plain) else { throw wrong("'\(region)' is no region") }
        // Foundation keeps the brackets of an address of IPv6 on one system and not on another.
        let plainHost = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        store =
            "\(scheme)://\(plainHost.contains(":") ? "[\(plainHost)]" : plainHost)\(parts.port.map { ":\($0)" } ?? "")"
        self.bucket = bucket
        prefix = names.dropFirst().map { "\($0)/" }.joined()
        self.region = region
    }

    /// The address as it is written; the region only where it is not the usual one.
    public var description: String {
        let path = prefix.isEmpty ? bucket : "\(bucket)/\(prefix.dropLast())"
        return "\(store)/\(path)" + (region == Self.usualRegion ? "" : "?region=\(region)")
    }
}
