import Foundation
import Model

/// Pictures of one size with labels, in an official training part and a test part.
struct ImageSet: Sendable {
    /// A part of the set.
    struct Part: Sendable {
        let labels: [UInt8]
        /// The pixels of one picture, row by row.
        let pixels: @Sendable (_ index: Int) -> [UInt8]
    }

    let side: Int
    let training: Part
    let test: Part

    /// Opens the set with a given name.
    static func named(_ name: String, locator: DataLocator, seed: UInt64) throws -> ImageSet {
        switch name {
        case "mnist": try .mnist(folder: locator.folder(of: name))
        case "synthetic-digits": .syntheticDigits(seed: seed)
        default: throw Failure(.invalidArgument, "Gyrus has no reader for the picture set '\(name)'.")
        }
    }

    /// Reads MNIST from its four IDX files, compressed or not.
    static func mnist(folder: String) throws -> ImageSet {
        let training = try mnistPart("train", folder: folder)
        let test = try mnistPart("t10k", folder: folder)
        return ImageSet(side: 28, training: training, test: test)
    }

    private static func mnistPart(_ part: String, folder: String) throws -> Part {
        let imagePath = try path("\(part)-images-idx3-ubyte", folder: folder)
        let labelPath = try path("\(part)-labels-idx1-ubyte", folder: folder)
        let images = try IDXFile(path: imagePath, dimensions: 3)
        let labels = try IDXFile(path: labelPath, dimensions: 1)
        guard images.shape[1] == 28, images.shape[2] == 28 else {
            throw Failure(
                .corrupt, "'\(imagePath)' has pictures of \(images.shape[1]) × \(images.shape[2]), not 28 × 28.")
        }
        guard images.shape[0] == labels.shape[0] else {
            throw Failure(
                .corrupt,
                "'\(labelPath)' has \(labels.shape[0]) labels for the \(images.shape[0]) pictures of '\(imagePath)'.")
        }
        if let index = labels.elements.firstIndex(where: { $0 > 9 }) {
            throw Failure(
                .corrupt,
                "'\(labelPath)' holds the label \(labels.elements[index]) at byte \(index); 0 to 9 are digits.")
        }
        let elements = images.elements
        return Part(labels: Array(labels.elements)) { index in
            let start = elements.startIndex + 784 * index
            return Array(elements[start..<start + 784])
        }
    }

    private static func path(_ name: String, folder: String) throws -> String {
        let places = ["\(folder)/\(name).gz", "\(folder)/\(name)"]
        guard let place = places.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
            throw Failure(.notFound, "'\(folder)' holds neither '\(name).gz' nor '\(name)'.")
        }
        return place
    }
}
