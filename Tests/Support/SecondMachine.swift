import Foundation
import Model

/// A network namespace that acts as a second machine, connected to this one by its own link.
///
/// ```swift
/// let machine = try SecondMachine()
/// defer { machine.remove() }
/// let worker = try fixture.start("trainer", ["work", "--address", machine.address], on: machine)
/// ```
public final class SecondMachine: Sendable {
    /// Why none can be created here; nil if one can.
    public static let obstacle: String? = {
        guard geteuid() == 0 else { return "needs root, to make a network namespace" }
        do {
            try SecondMachine().remove()
            return nil
        } catch {
            return "requires network namespaces and its own network devices: \(Failure(error).message)"
        }
    }()

    /// Address of the second machine.
    public let address: String
    /// Address of this machine in their network.
    public let host: String

    private let name: String
    private let line: SlowLink?

    /// Creates a machine behind a link that is as fast as this machine, or has a delay and a bandwidth.
    public init(delay: Duration? = nil, bytesPerSecond: Double = .infinity) throws {
        let id = UInt32.random(in: 0..<1 << 24)
        name = "gyrus\(String(id, radix: 36))"
        // A /30 of 10.0.0.0/8: this machine has the first address, the other one the second.
        let network = [UInt32(10), id >> 16 & 255, id >> 8 & 255].map { "\($0)" }.joined(separator: ".")
        (host, address) = ("\(network).\(id & 252 | 1)", "\(network).\(id & 252 | 2)")
        let (near, far) = ("\(name)a", "\(name)b")
        line = try delay.map { try SlowLink((near, far), delay: $0, bytesPerSecond: bytesPerSecond) }
        do {
            try Self.ip("netns", "add", name)
            if line == nil { try Self.ip("link", "add", near, "type", "veth", "peer", "name", far) }
            try Self.ip("link", "set", far, "netns", name)
            try Self.ip("addr", "add", "\(host)/30", "dev", near)
            try Self.ip("link", "set", near, "up")
            try Self.ip("-n", name, "addr", "add", "\(address)/30", "dev", far)
            for device in ["lo", far] { try Self.ip("-n", name, "link", "set", device, "up") }
        } catch {
            remove()
            throw error
        }
    }

    /// The command prefix that runs a command there.
    public var prefix: [String] { ["ip", "netns", "exec", name] }

    /// Removes the machine and the link; its processes must have ended.
    public func remove() {
        line?.close()
        try? Self.ip("netns", "del", name)
        if line == nil { try? Self.ip("link", "del", "\(name)a") }
    }

    /// Ports of this machine to which processes of the other one have connections.
    public func connectedPorts() throws -> Set<Int> {
        let lines = try Self.run("ss", ["--no-header", "--tcp", "--numeric", "state", "established", "dst", address])
        let local = lines.split(separator: "\n").compactMap { $0.split(separator: " ").dropFirst(2).first }
        return Set(local.compactMap { $0.split(separator: ":").last.flatMap { Int($0) } })
    }

    private static func ip(_ words: String...) throws { _ = try run("ip", words) }

    private static func run(_ program: String, _ words: [String]) throws -> String {
        let output = try ChildProcess.output(of: program, words)
        guard output.status == 0 else {
            let reason = (output.out + output.err).trimmingCharacters(in: .whitespacesAndNewlines)
            throw Failure(.permissionDenied, "`\(program) \(words.joined(separator: " "))` failed: \(reason)")
        }
        return output.out
    }
}
