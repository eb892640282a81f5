import Foundation

/// The texts of all generated files, by folder and name.
struct GeneratedCode {
    var c: [String: String] = [:]
    var headers: [String: String] = [:]
    var swift: [String: String] = [:]
}

/// The folders in which generated code is committed.
struct CodeTree {
    let c: URL
    let headers: URL
    let swift: URL

    /// Writes the files that changed and removes those that no `.proto` file produces any longer.
    func replace(with code: GeneratedCode) throws {
        for folder in folders(code) {
            try FileManager.default.createDirectory(at: folder.url, withIntermediateDirectories: true)
            let current = folder.contents()
            for (name, text) in folder.expected where current[name] != text {
                try Data(text.utf8).write(to: folder.url.appending(path: name), options: .atomic)
            }
            for name in current.keys where folder.expected[name] == nil {
                try FileManager.default.removeItem(at: folder.url.appending(path: name))
            }
        }
    }

    /// One line for each file that is missing, obsolete or different.
    func differences(from code: GeneratedCode) -> [String] {
        folders(code).flatMap { folder in
            let current = folder.contents()
            return Set(current.keys).union(folder.expected.keys).sorted().compactMap { name in
                let path = folder.url.appending(path: name).relativePath
                return switch (current[name], folder.expected[name]) {
                case (nil, _): "\(path) is missing"
                case (_, nil): "\(path) is no longer generated from any .proto file"
                case let (old?, new?):
                    old == new ? nil : "\(path) differs from line \(firstDifference(old, new)) onwards"
                }
            }
        }
    }

    private func folders(_ code: GeneratedCode) -> [CodeFolder] {
        [
            CodeFolder(url: c, suffix: ".pb-c.c", expected: code.c),
            CodeFolder(url: headers, suffix: ".h", expected: code.headers),
            CodeFolder(url: swift, suffix: ".swift", expected: code.swift),
        ]
    }

    private func firstDifference(_ old: String, _ new: String) -> Int {
        let old = old.split(separator: "\n", omittingEmptySubsequences: false)
        let new = new.split(separator: "\n", omittingEmptySubsequences: false)
        return zip(old, new).prefix { $0 == $1 }.count + 1
    }
}

private struct CodeFolder {
    let url: URL
    let suffix: String
    let expected: [String: String]

    /// The existing generated files.
    func contents() -> [String: String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path())) ?? []
        return names.filter { $0.hasSuffix(suffix) }.reduce(into: [:]) { files, name in
            files[name] = (try? Data(contentsOf: url.appending(path: name))).map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
