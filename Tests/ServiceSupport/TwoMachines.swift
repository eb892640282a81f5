import Foundation
import Messaging
import Model
public import TestSupport

/// A registry and a trainer on this machine, reachable over TCP with keys (CURVE), and a worker on each of two
/// machines.
public struct TwoMachines: Sendable {
    /// What a client needs to reach the services.
    public let environment: [String: String]

    /// Starts everything.
    /// - Parameters:
    ///   - options: Options of both workers.
    ///   - throttle: Share of the time in which the worker here and the one there compute.
    public init(
        in fixture: ProcessFixture, _ machine: SecondMachine, workerOptions options: [String] = [],
        throttle: (Double, Double) = (1, 1)
    ) throws {
        let folder = fixture.directory.appending(path: "keys")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        func keys(_ name: String) throws -> (file: String, key: PublicKey) {
            let (pair, file) = (try KeyPair.generate(), folder.appending(path: name))
            try pair.write(to: file)
            return (file.path, pair.publicKey)
        }
        let client = try keys("client")
        let admitted = folder.appending(path: "admitted")
        try Data("\(client.key) operator\n".utf8).write(to: admitted)
        var environment = fixture.environment.merging(["GYRUS_KEYS": client.file]) { $1 }
        for (service, arguments) in [("registry", []), ("trainer", ["serve"])] {
            let own = try keys(service)
            let endpoint = "tcp://\(machine.host):\(try Self.freePort(on: machine.host))"
            let secrets = ["GYRUS_KEYS": own.file, "GYRUS_ADMIT": admitted.path]
            let variable = "GYRUS_\(service.uppercased())"
            _ = try fixture.start(service, arguments, environment: secrets.merging([variable: endpoint]) { $1 })
            environment[variable] = endpoint
            environment["\(variable)_KEY"] = own.key.text
        }
        self.environment = environment
        for (name, address, share, place) in [
            ("here", machine.host, throttle.0, nil), ("there", machine.address, throttle.1, machine),
        ] {
            let cache = fixture.directory.appending(path: "cache-\(name)").path
            _ = try fixture.start(
                "trainer",
                ["work", "--name", name, "--address", address, "--throttle", "\(share)", "--cache", cache] + options,
                name: "worker-\(name)", environment: environment, on: place)
        }
    }

    /// A port without a listener.
    private static func freePort(on host: String) throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr(host)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, size) == 0 && getsockname(descriptor, address, &size) == 0
            }
        }
        guard isBound else { throw Failure(.internal, "No port is free on \(host).") }
        return UInt16(bigEndian: address.sin_port)
    }
}
