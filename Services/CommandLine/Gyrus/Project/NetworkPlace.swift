import ArgumentParser
import Foundation
import Glibc
import Model
import ServiceClient

/// Address of the machine that runs the services, with their first port if it is not the default.
struct NetworkPlace {
    static let usualPort: UInt16 = 7100

    let host: String
    let port: UInt16?

    /// Reads `10.0.0.5` or `10.0.0.5:7200`.
    /// - Throws: A usage error with an example.
    init(_ text: String) throws {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let allowed = parts.first?.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-".contains($0)) }
        guard parts.count < 3, allowed == true, !parts[0].isEmpty, parts.count == 1 || UInt16(parts[1]) != nil else {
            throw ValidationError("'\(text)' is not an address; write it like 10.0.0.5, lab.example or 10.0.0.5:7200.")
        }
        host = parts[0]
        port = parts.count == 2 ? UInt16(parts[1]) : nil
        guard let port else { return }
        guard (1...UInt16.max - UInt16(ServiceName.allCases.count)).contains(port) else {
            throw ValidationError(
                "'\(port)' cannot be the first of \(ServiceName.allCases.count) consecutive ports; choose one such as 7100."
            )
        }
    }

    /// Checks that services can listen there and others can connect: a numeric address of this machine.
    func checkListening() throws {
        var address = in_addr()
        guard inet_pton(AF_INET, host, &address) == 1 else {
            throw ValidationError("--listen requires a numeric address of this machine, such as 10.0.0.5.")
        }
        guard address.s_addr != 0 else {
            throw ValidationError("--listen requires the address at which other machines reach this one, not \(host).")
        }
    }

    /// The endpoint of each service, counting up from the first port.
    func endpoints(from port: UInt16) -> [(service: ServiceName, endpoint: String)] {
        ServiceName.allCases.enumerated().map { ($1, "tcp://\(host):\(port + UInt16($0))") }
    }

    /// The local address from which this machine reaches that host; nil if there is no route.
    var ownAddress: String? {
        var hints = addrinfo()
        hints.ai_family = AF_INET
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "9", &hints, &found) == 0, let target = found else { return nil }
        defer { freeaddrinfo(found) }
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // Connecting a datagram socket sends nothing; it only selects a route.
        guard connect(descriptor, target.pointee.ai_addr, target.pointee.ai_addrlen) == 0 else { return nil }
        var own = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isKnown = withUnsafeMutablePointer(to: &own) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) == 0 }
        }
        var text = [CChar](repeating: 0, count: Int(INET_ADDRSTRLEN))
        guard isKnown, inet_ntop(AF_INET, &own.sin_addr, &text, socklen_t(text.count)) != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
