import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Model
import WebGuard

/// Files that a user dropped on a page, in their own folder.
struct Upload {
    /// Name of the form field that holds the page's token.
    static let tokenField = "token"

    let folder: URL
    /// Paths of the files, in the order received.
    let files: [URL]

    /// Reads the files of a form.
    /// - Parameter token: The secret that the form must contain, known only to pages of this console.
    /// - Throws: `Refusal` or `Failure` that says what is wrong.
    init(_ request: Request, token: String, limits: ConsoleLimits) async throws {
        let form = try Multipart(
            try await Self.body(request, limits), type: request.headers[.contentType] ?? "",
            most: limits.uploadFiles + 1)
        guard let given = form.parts.first(where: { $0.name == Self.tokenField }),
            given.content.elementsEqual(token.utf8)
        else {
            throw Refusal(
                .forbidden, "This page was loaded before the console restarted; reload it and drop the files again.")
        }
        let parts = form.parts.filter { $0.isFile && !$0.content.isEmpty }
        guard !parts.isEmpty else { throw Failure(.invalidArgument, "No file was selected; choose or drop one.") }
        folder = FileManager.default.temporaryDirectory.appending(path: "gyrus-upload-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        var files: [URL] = []
        do {
            for part in parts {
                let file = folder.appending(path: Self.name(part.file ?? "", number: files.count + 1))
                guard !files.contains(file) else {
                    throw Failure(.invalidArgument, "Two files are named '\(file.lastPathComponent)'; rename one.")
                }
                try Data(part.content).write(to: file, options: .withoutOverwriting)
                files.append(file)
            }
        } catch {
            try? FileManager.default.removeItem(at: folder)
            throw error
        }
        self.files = files
    }

    /// Removes the files.
    func remove() { try? FileManager.default.removeItem(at: folder) }

    /// A file name that cannot leave its folder, whatever the client sends.
    static func name(_ name: String, number: Int) -> String {
        let last = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
        let safe = String(last.unicodeScalars.filter { $0.value >= 32 && $0 != "\u{7F}" }.map(Character.init))
        let short = String(decoding: safe.utf8.suffix(200), as: UTF8.self)
        return short.isEmpty || short.hasPrefix(".") ? "file-\(number)\(short)" : short
    }

    private static func body(_ request: Request, _ limits: ConsoleLimits) async throws -> [UInt8] {
        let most = limits.uploadBytes
        let tooLarge = Refusal(
            .contentTooLarge, "The files exceed \(most >> 20) MiB in total; use the command gyrus predict instead.",
            headers: [.connection: "close"])
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > most { throw tooLarge }
        var bytes: [UInt8] = []
        for try await var buffer in request.body {
            bytes += buffer.readBytes(length: buffer.readableBytes) ?? []
            if bytes.count > most { throw tooLarge }
        }
        return bytes
    }
}
