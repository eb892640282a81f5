public import Foundation
import Model
package import Schema

/// The state of a service.
public struct ServiceHealth: Hashable, Sendable {
    /// Name of the service.
    public let service: String
    /// Identity of this run of the process; a different value means that it was restarted.
    public let instance: String
    /// Whether the service accepts work.
    public let isReady: Bool
    /// Time since the process started.
    public let uptime: Duration
    /// Process identifier on its machine.
    public let process: UInt32
    /// Version of Gyrus; empty if the process is older than this field.
    public let version: String
    /// Time of day on its machine.
    public let time: Date
    /// Folder of its data on its machine.
    public let dataDirectory: String
    /// Free bytes on the disk of that folder.
    public let freeBytes: UInt64

    /// Makes the state of a service.
    public init(
        service: String, instance: String, isReady: Bool, uptime: Duration, process: UInt32,
        version: String = GyrusVersion.current, time: Date = Date(), dataDirectory: String = "", freeBytes: UInt64 = 0
    ) {
        self.service = service
        self.instance = instance
        self.isReady = isReady
        self.uptime = uptime
        self.process = process
        self.version = version
        self.time = time
        self.dataDirectory = dataDirectory
        self.freeBytes = freeBytes
    }

    /// The state from a message.
    package init(_ wire: Wire.HealthReply) {
        self.init(
            service: wire.service, instance: wire.instance, isReady: wire.ready,
            uptime: .milliseconds(wire.uptimeMilliseconds), process: wire.process, version: wire.version,
            time: Date(microseconds: wire.timeMicroseconds), dataDirectory: wire.dataDirectory,
            freeBytes: wire.freeBytes)
    }
}

extension Wire.HealthReply {
    /// The state as a message.
    package init(_ health: ServiceHealth) {
        let (seconds, attoseconds) = health.uptime.components
        self.init(
            service: health.service, instance: health.instance, ready: health.isReady,
            uptimeMilliseconds: UInt64(clamping: seconds) * 1000
                + UInt64(clamping: attoseconds / 1_000_000_000_000_000),
            process: health.process, version: health.version, timeMicroseconds: health.time.microseconds,
            dataDirectory: health.dataDirectory, freeBytes: health.freeBytes)
    }
}
