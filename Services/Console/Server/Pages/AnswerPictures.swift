import Answers
import Foundation
import HTTPTypes
import Hummingbird
import Model

/// A sample's inputs as the network saw them, as pictures that browsers can show.
struct AnswerPictures: Sendable {
    let store: AnswerStore

    func response(_ digest: String, _ input: String, _ row: String) async throws -> Response {
        let answers = try await store.answers(of: BlobDigest(digest))
        let input = input.removingPercentEncoding ?? input
        guard let row = Int(row), let picture = answers.file.pictures[input]?[row] else {
            throw Failure(.notFound, "The sample has no such picture.")
        }
        return Response(
            status: .ok, headers: [.contentType: "image/bmp", .cacheControl: "private, max-age=86400, immutable"],
            body: .init(byteBuffer: ByteBuffer(bytes: Self.bitmap(picture))))
    }

    /// A picture as a 24-bit bitmap: a 54-byte header, then the rows from bottom to top, each padded to a multiple of 4
    /// bytes.
    static func bitmap(_ picture: AnswerFile.Picture) -> [UInt8] {
        let (channels, height, width) = (picture.shape[0], picture.shape[1], picture.shape[2])
        let padding = (4 - width * 3 % 4) % 4
        let size = 54 + height * (width * 3 + padding)
        func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        var bytes = Array("BM".utf8) + word(size) + word(0) + word(54)
        bytes += word(40) + word(width) + word(height) + [1, 0, 24, 0] + word(0) + word(size - 54)
        bytes += word(2_835) + word(2_835) + word(0) + word(0)
        for row in stride(from: height - 1, through: 0, by: -1) {
            for column in 0..<width {
                for channel in [2, 1, 0] {
                    let plane = channels == 3 ? channel : 0
                    bytes.append(picture.bytes[(plane * height + row) * width + column])
                }
            }
            bytes += [UInt8](repeating: 0, count: padding)
        }
        return bytes
    }
}
