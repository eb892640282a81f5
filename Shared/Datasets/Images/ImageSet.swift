/// Pictures of one shape with labels, in an official training part and a test part.
struct ImageSet: Sendable {
    /// A part of the set.
    struct Part: Sendable {
        /// The class of each picture, by number.
        let labels: [Int]
        /// The pixels of one picture, row by row.
        let pixels: @Sendable (_ index: Int) -> [UInt8]
    }

    /// Channels, height and width.
    let shape: [Int]
    let training: Part
    let test: Part
}
