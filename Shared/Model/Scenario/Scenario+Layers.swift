extension Scenario {
    /// Networks that are written layer by layer, in place of whole structures: convolutions one after the other, each with a
    /// number, height, width and stride of its kernels (source paper, section 3.1.2; Zoph and Le 2017).
    ///
    /// ```yaml
    /// layers: {most: 4, kernels: [8, 16, 32], heights: [1, 3, 5], widths: [1, 3, 5], strides: [1, 2]}
    /// ```
    public struct Layers: Hashable, Sendable {
        /// Most layers of a modality's network; it has at least one.
        public var most: Int
        /// Numbers of kernels to choose from.
        public var kernels: [Int]
        /// Heights of kernels to choose from; odd, so that a kernel has a middle.
        public var heights: [Int]
        /// Widths of kernels to choose from; odd.
        public var widths: [Int]
        /// Steps between a kernel's places to choose from, in both directions alike.
        public var strides: [Int]

        /// Numbers of layers that can be asked for.
        public static let mostRange = 1...12
        /// Numbers of kernels that can be asked for.
        public static let kernelRange = 1...1_024
        /// Heights and widths of kernels that can be asked for.
        public static let sideRange = 1...15
        /// Strides that can be asked for.
        public static let strideRange = 1...4

        /// Makes a plan.
        public init(
            most: Int = 4, kernels: [Int] = [8, 16, 32], heights: [Int] = [1, 3, 5], widths: [Int] = [1, 3, 5],
            strides: [Int] = [1, 2]
        ) {
            self.most = most
            self.kernels = kernels
            self.heights = heights
            self.widths = widths
            self.strides = strides
        }
    }
}
