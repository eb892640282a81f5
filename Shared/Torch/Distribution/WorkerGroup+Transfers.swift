import CTorch
import Foundation
import Model

/// Memory that is sent from one worker to another.
final class Frame {
    let bytes: UnsafeMutableRawBufferPointer

    /// Makes a frame of zeros.
    init(bytes count: Int) {
        bytes = .allocate(byteCount: count, alignment: 64)
        if let start = bytes.baseAddress { memset(start, 0, count) }
    }

    convenience init(floats count: Int) { self.init(bytes: count * MemoryLayout<Float>.stride) }

    convenience init(_ numbers: [Int64]) {
        self.init(bytes: numbers.count * MemoryLayout<Int64>.stride)
        numbers.withUnsafeBytes(bytes.copyMemory)
    }

    convenience init(_ data: Data) {
        self.init(bytes: data.count)
        bytes.copyBytes(from: data)
    }

    deinit { bytes.deallocate() }

    var floats: UnsafeMutablePointer<Float>? { bytes.assumingMemoryBound(to: Float.self).baseAddress }
    /// A copy of some bytes; `bytes` becomes invalid with the frame.
    func copy(_ range: Range<Int>) -> [UInt8] { Array(bytes[range]) }
    var numbers: [Int64] { Array(bytes.bindMemory(to: Int64.self)) }
}

/// A frame in transfer. Like its group, not `Sendable`.
final class Transfer {
    private let frame: Frame
    private let group: WorkerGroup
    private var handle: OpaquePointer?

    fileprivate init(
        _ frame: Frame, _ group: WorkerGroup, _ begin: (inout UnsafeMutablePointer<CChar>?) -> OpaquePointer?
    )
        throws
    {
        self.frame = frame
        self.group = group
        var error: UnsafeMutablePointer<CChar>?
        handle = begin(&error)
        guard handle != nil else { throw Failure.lostWorker(error) }
    }

    deinit { gyrus_transfer_free(handle) }

    /// Waits until it is completely received or sent.
    /// - Throws: `Failure` with code `unavailable` if the other worker is gone.
    @discardableResult
    func finish() throws -> Frame {
        guard let handle else { return frame }
        self.handle = nil
        let start = ContinuousClock.now
        var error: UnsafeMutablePointer<CChar>?
        let isDone = gyrus_transfer_finish(handle, &error)
        group.waited += ContinuousClock.now - start
        guard isDone else { throw Failure.lostWorker(error) }
        return frame
    }
}

extension WorkerGroup {
    /// Starts sending a frame, which must not change until it is sent.
    /// - Parameter tag: The receiver gets frames of one tag in the order in which they were sent.
    func send(_ frame: Frame, to worker: Int, tag: Int) throws -> Transfer {
        bytes += frame.bytes.count
        return try Transfer(frame, self) { error in
            gyrus_group_send(
                handle, frame.bytes.baseAddress, Int64(frame.bytes.count), Int32(worker), Int32(tag), &error)
        }
    }

    /// Starts receiving as many bytes as a frame holds into it.
    func receive(_ frame: Frame, from worker: Int, tag: Int) throws -> Transfer {
        try Transfer(frame, self) { error in
            gyrus_group_receive(
                handle, frame.bytes.baseAddress, Int64(frame.bytes.count), Int32(worker), Int32(tag), &error)
        }
    }

    /// Starts receiving a given number of bytes.
    func receive(bytes count: Int, from worker: Int, tag: Int) throws -> Transfer {
        try receive(Frame(bytes: count), from: worker, tag: tag)
    }
}
