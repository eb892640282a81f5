import ConsoleSupport
import Foundation
import ServiceClient
import ServingSupport
import TestSupport
import Testing

/// Files of every kind that are dropped on a model's page, and their answers.
@Suite(.timeLimit(.minutes(10))) struct UploadTests {
    private typealias File = (name: String, content: Data)

    /// Drops files on a model's page, as a browser does.
    private static func drop(
        _ files: [File], on model: String, _ cluster: ConsoleCluster
    ) async throws -> RawBrowser.Answer {
        let form = try await cluster.browser.get("/models/\(model)?view=predict")
        let token = try #require(form.text.firstMatch(of: /name="token" value="([^"]+)"/)).1
        var body = Data("--limit\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n\(token)\r\n".utf8)
        for file in files {
            body += Data(
                "--limit\r\nContent-Disposition: form-data; name=\"files\"; filename=\"\(file.name)\"\r\n\r\n".utf8)
            body += file.content + Data("\r\n".utf8)
        }
        body += Data("--limit--\r\n".utf8)
        let head = [
            "POST /predict/models/\(model) HTTP/1.1", "Host: localhost", "Connection: close",
            "Content-Type: multipart/form-data; boundary=limit", "Content-Length: \(body.count)", "Origin: null",
            "Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: navigate",
        ]
        return try await cluster.browser.send(Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
    }

    /// Whether a page says what the network answers.
    private static func says(_ page: RawBrowser.Answer, _ answer: [Float]) -> Bool {
        let best = answer[0] > answer[1] ? 0 : 1
        return page.text.contains("\(["even", "odd"][best]) \(String(format: "%.1f %%", Double(answer[best]) * 100))")
    }

    @Test(arguments: [("photo", "p0.ppm", "pictures"), ("voice", "s0.wav", "sounds"), ("note", "n0.txt", "text files")])
    func `an upload is answered by its kind, or refused by its name`(
        kind: String, name: String, word: String
    ) async throws {
        let made = try MadePackage.of([kind])
        let note = Data("the red, quick fox number 0 jumped over seven lazy dogs".utf8)
        let content = kind == "note" ? note : try Data(contentsOf: made.folder.file(name))
        let ending = name.split(separator: ".")[1]
        try await ConsoleCluster.run([.registry]) { cluster in
            try await made.register(as: "m", with: try cluster.registry)
            let form = try await cluster.browser.get("/models/m?view=predict")
            #expect(form.text.contains("Drop \(word)"), "\(form.text)")
            let bad: File = ("bad.\(ending)", Data([0xFF, 0xFE, 0xFD, 0x00, 0xFF]))
            let page = try await Self.drop([(name, content), bad], on: "m", cluster)
            #expect(page.status == 200, "\(page.text)")
            let right = try made.answers()[0]
            #expect(page.text.contains(name) && Self.says(page, right), "\(page.text)")
            #expect(page.text.contains("bad.\(ending)") && page.text.contains("alarm-text"), "\(page.text)")
            #expect(!page.text.contains("gyrus-upload"))
        }
    }

    @Test func `one file of each kind makes one sample, and a table is uploaded with its files`() async throws {
        let made = try MadePackage.of(["photo", "voice", "note"])
        let photo: File = ("p0.ppm", try Data(contentsOf: made.folder.file("p0.ppm")))
        let voice: File = ("s0.wav", try Data(contentsOf: made.folder.file("s0.wav")))
        let text = "the red, quick fox number 0 jumped over seven lazy dogs"
        try await ConsoleCluster.run([.registry]) { cluster in
            try await made.register(as: "m", with: try cluster.registry)
            let form = try await cluster.browser.get("/models/m?view=predict")
            #expect(form.text.contains("one file for each of note and photo and voice"), "\(form.text)")
            let right = try made.answers()[0]
            let each = try await Self.drop([voice, ("n.txt", Data(text.utf8)), photo], on: "m", cluster)
            #expect(each.status == 200 && Self.says(each, right), "\(each.text)")
            let table = """
                photo,voice,note
                p0.ppm,s0.wav,"\(text)"
                p0.ppm,missing.wav,none
                """
            let rows = try await Self.drop([("rows.csv", Data(table.utf8)), photo, voice], on: "m", cluster)
            #expect(rows.status == 200 && Self.says(rows, right), "\(rows.text)")
            #expect(rows.text.contains("rows.csv, row 2") && rows.text.contains("missing.wav"), "\(rows.text)")
        }
    }
}
