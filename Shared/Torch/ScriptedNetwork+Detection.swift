import CTorch
import Foundation
import Model

extension ScriptedNetwork {
    /// A box in pixels with its class and score.
    public struct FoundBox: Hashable, Sendable {
        /// Its edges.
        public let left, top, right, bottom: Float
        /// The network's confidence.
        public let score: Float
        /// Number of the class.
        public let label: Int
    }

    /// How many numbers describe a box.
    private static let columns = 6

    /// The detections in an image, if the network is a detector in the style of torchvision: it takes a list of images
    /// [3, height, width] or a batch [1, 3, height, width], red first, from 0 to 1, and returns `boxes` [N, 4] in
    /// pixels, `scores` and `labels`, in a dictionary or as a tuple.
    /// - Parameter pixels: Blue, green and red of each pixel, row by row.
    /// - Throws: `Failure` if the network takes or returns something else.
    public func boxes(in pixels: UnsafePointer<UInt8>, width: Int, height: Int) throws -> [FoundBox] {
        ComputeThreads.prepare()
        var numbers: UnsafeMutablePointer<Float>?
        var count: Int64 = 0
        var error: UnsafeMutablePointer<CChar>?
        guard gyrus_network_detect(handle, pixels, Int64(width), Int64(height), &numbers, &count, &error) else {
            throw Failure(.invalidArgument, "The network cannot be run as a detector: \(takeMessage(error)).")
        }
        defer { free(numbers) }
        let values = UnsafeBufferPointer(start: numbers, count: Int(count) * Self.columns)
        return stride(from: 0, to: values.count, by: Self.columns).map { row in
            FoundBox(
                left: values[row], top: values[row + 1], right: values[row + 2], bottom: values[row + 3],
                score: values[row + 4], label: Int(values[row + 5]))
        }
    }
}
