extension Scenario {
    /// Networks that are composed layer by layer instead of chosen as whole structures: a chain of convolutions, each
    /// with its own number, height, width and stride of kernels (source paper, section 3.1.2; Zoph and Le 2017).
    ///
    /// ```yaml
    /// layers: {most: 4, kernels: [8, 16, 32], heights: [1, 3, 5], widths: [1, 3, 5], strides: [1, 2]}
    /// ```
    public struct Layers: Hashable, Sendable {
        /// Maximum number of layers of a modality's network; it has at least one.
        public var most: Int
        /// Numbers of kernels to choose from.
        public var kernels: [Int]
        /// Heights of kernels to choose from; odd, so that a kernel has a center.
        public var heights: [Int]
        /// Widths of kernels to choose from; odd.
        public var widths: [Int]
        /// Strides to choose from; they apply to both directions.
        public var strides: [Int]

        /// Allowed values of the maximum number of layers.
        public static let mostRange = 1...12
        /// Allowed numbers of kernels.
        public static let kernelRange = 1...1_024
        /// Allowed heights and widths of kernels.
        public static let sideRange = 1...15
        /// Allowed strides.
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
