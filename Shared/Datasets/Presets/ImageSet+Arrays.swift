import Foundation
import Model

extension ImageSet {
    /// Reads gray pictures and their labels from IDX files, compressed or not.
    /// - Parameters:
    ///   - shape: Channels, height and width; the channel is one.
    ///   - classes: Number of classes.
    ///   - training: How the names of the files of the training part begin.
    ///   - test: How those of the test part begin.
    static func arrays(
        folder: String, training: String, test: String, shape: [Int], classes: Int
    ) throws -> ImageSet {
        ImageSet(
            shape: shape, training: try part(training, folder: folder, shape: shape, classes: classes),
            test: try part(test, folder: folder, shape: shape, classes: classes))
    }

    private static func part(_ part: String, folder: String, shape: [Int], classes: Int) throws -> Part {
        let imagePath = try path("\(part)-images-idx3-ubyte", folder: folder)
        let labelPath = try path("\(part)-labels-idx1-ubyte", folder: folder)
        let images = try IDXFile(path: imagePath, dimensions: 3)
        let labels = try IDXFile(path: labelPath, dimensions: 1)
        guard [1] + images.shape.dropFirst() == shape else {
            throw Failure(
                .corrupt,
                "'\(imagePath)' has pictures of \(images.shape[1]) × \(images.shape[2]), not \(shape[1]) × "
                    + "\(shape[2]).")
        }
        guard images.shape[0] == labels.shape[0] else {
            throw Failure(
                .corrupt,
                "'\(labelPath)' has \(labels.shape[0]) labels for the \(images.shape[0]) pictures of '\(imagePath)'.")
        }
        if let index = labels.elements.firstIndex(where: { $0 >= classes }) {
            throw Failure(
                .corrupt,
                "'\(labelPath)' holds the label \(labels.elements[index]) at byte \(index); 0 to \(classes - 1) are "
                    + "classes.")
        }
        let (elements, size) = (images.elements, shape.reduce(1, *))
        return Part(labels: labels.elements.map(Int.init)) { index in
            let start = elements.startIndex + size * index
            return Array(elements[start..<start + size])
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
