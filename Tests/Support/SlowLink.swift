import Foundation
import Model

/// A link between two network devices with a delay and a bandwidth, relayed packet by packet in this process.
///
/// It affects every connection over the devices, for any protocol and from any process.
public final class SlowLink: Sendable {
    /// Maximum number of packets that wait on the link; more are dropped, as in a router.
    private static let longestQueue = 1_000
    private static let largestPacket = 65_536
    /// `TUNSETIFF`, and a device of bare IP packets (`IFF_TUN | IFF_NO_PI`).
    private static let (makeDevice, plainPackets) = (UInt(0x4004_54ca), Int16(0x1001))

    /// Transit time of a packet.
    public let delay: Duration
    /// Bytes per second in each direction.
    public let bytesPerSecond: Double

    private let descriptors: [Int32]
    /// Both ends of a pipe whose closing ends the relay.
    private let stop: [Int32]
    private let ended = DispatchSemaphore(value: 0)

    /// Makes two devices and joins them.
    public init(_ names: (String, String), delay: Duration, bytesPerSecond: Double) throws {
        self.delay = delay
        self.bytesPerSecond = bytesPerSecond
        descriptors = try [names.0, names.1].map(Self.device)
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Failure(.internal, "No pipe: \(String(cString: strerror(errno))).") }
        stop = ends
        for (from, to) in [(0, 1), (1, 0)] {
            let (delay, rate, source, target, stop) = (
                delay, bytesPerSecond, descriptors[from], descriptors[to], ends[0]
            )
            let ended = ended
            Thread {
                Self.relay(from: source, to: target, stop, delay, rate)
                ended.signal()
            }.start()
        }
    }

    /// Takes the link down.
    public func close() {
        _ = Glibc.close(stop[1])
        for _ in descriptors { ended.wait() }
        for descriptor in descriptors + [stop[0]] { _ = Glibc.close(descriptor) }
    }

    private static func device(_ name: String) throws -> Int32 {
        let descriptor = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC)
        var request = [UInt8](repeating: 0, count: 40)
        request.replaceSubrange(0..<name.utf8.count, with: name.utf8)
        withUnsafeBytes(of: plainPackets) { request.replaceSubrange(16..<18, with: $0) }
        guard descriptor >= 0, ioctl(descriptor, makeDevice, &request) == 0 else {
            throw Failure(.permissionDenied, "No network device can be made: \(String(cString: strerror(errno))).")
        }
        return descriptor
    }

    private static func relay(from source: Int32, to target: Int32, _ stop: Int32, _ delay: Duration, _ rate: Double) {
        var packets: [(due: ContinuousClock.Instant, bytes: ArraySlice<UInt8>)] = []
        var buffer = [UInt8](repeating: 0, count: largestPacket)
        var free = ContinuousClock.now
        while true {
            // `poll` counts in milliseconds, which are too long here.
            var watched = fd_set([source, stop])
            var wait = timeval(packets.first.map { max($0.due - .now, .zero) } ?? .seconds(3_600))
            guard select(max(source, stop) + 1, &watched, nil, nil, &wait) >= 0, !watched.contains(stop) else { return }
            while case let count = read(source, &buffer, buffer.count), count > 0 {
                // The previous packet leaves the link first.
                free = max(free, .now) + .seconds(Double(count) / rate)
                if packets.count < longestQueue { packets.append((free + delay, buffer[..<count])) }
            }
            let arrived = packets.prefix { $0.due <= .now }
            for packet in arrived { _ = packet.bytes.withUnsafeBytes { write(target, $0.baseAddress, $0.count) } }
            packets.removeFirst(arrived.count)
        }
    }
}

extension timeval {
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}

extension fd_set {
    fileprivate init(_ descriptors: [Int32]) {
        self.init()
        withUnsafeMutableBytes(of: &self) { bits in
            for descriptor in descriptors { bits[Int(descriptor) / 8] |= 1 << UInt8(descriptor % 8) }
        }
    }

    fileprivate func contains(_ descriptor: Int32) -> Bool {
        withUnsafeBytes(of: self) { $0[Int(descriptor) / 8] & 1 << UInt8(descriptor % 8) != 0 }
    }
}
