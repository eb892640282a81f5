package import Foundation
import Model
import Synchronization
import TestSupport

/// Headless Chromium, controlled over its debugging pipe.
///
/// ```swift
/// try await Chromium.open { browser in
///     try await browser.go(to: url)
///     let title = try await browser.evaluate("document.title")
/// }
/// ```
package final class Chromium: Sendable {
    /// Its path on this machine; nil if it is not installed.
    package static let program = ["chromium", "chromium-browser", "google-chrome"].lazy.flatMap { name in
        ["/usr/bin/\(name)", "/usr/local/bin/\(name)"]
    }.first { FileManager.default.isExecutableFile(atPath: $0) }

    /// The reason that a skipped test prints.
    package static let reason = "Chromium is not installed: apt-get install chromium"

    private let process: ChildProcess
    private let commands: FileHandle
    private let answers: FileHandle
    private let session = Mutex("")
    private let state = Mutex((next: 1, buffer: Data(), complaints: [String]()))

    /// Starts a browser with its own profile, and ends it when `body` is done.
    package static func open<Result>(_ body: (Chromium) async throws -> Result) async throws -> Result {
        let folder = try TemporaryDirectory()
        let browser = try Chromium(folder)
        defer { browser.end() }
        try await browser.attach()
        return try await body(browser)
    }

    private init(_ folder: TemporaryDirectory) throws {
        guard let program = Self.program else { throw Failure(.unavailable, Self.reason) }
        // The browser reads commands from descriptor 3 and writes answers to descriptor 4.
        let (incoming, outgoing) = (folder.path("in"), folder.path("out"))
        for pipe in [incoming, outgoing] where mkfifo(pipe, 0o600) != 0 {
            throw Failure(.internal, "The pipe \(pipe) cannot be made.")
        }
        process = try ChildProcess(
            path: "/bin/bash",
            [
                "-c", "exec \"$0\" \"$@\" 3<>'\(incoming)' 4<>'\(outgoing)'", program, "--headless=new",
                "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions", "--remote-debugging-pipe",
                "--user-data-dir=\(folder.path("profile"))", "about:blank",
            ])
        // Opened for both directions, because that never waits for the other end.
        commands = FileHandle(fileDescriptor: Glibc.open(incoming, O_RDWR), closeOnDealloc: true)
        answers = FileHandle(fileDescriptor: Glibc.open(outgoing, O_RDWR), closeOnDealloc: true)
    }

    private func end() {
        process.signal(SIGKILL)
        process.wait()
    }

    private func attach() async throws {
        let targets = try await call("Target.getTargets")["targetInfos"] as? [[String: Any]] ?? []
        guard let page = targets.first(where: { $0["type"] as? String == "page" })?["targetId"] as? String else {
            throw Failure(.internal, "Chromium has no page.")
        }
        let answer = try await call("Target.attachToTarget", ["targetId": page, "flatten": true])
        session.withLock { $0 = answer["sessionId"] as? String ?? "" }
        for domain in ["Page", "Runtime", "Log", "Network"] { _ = try await call("\(domain).enable") }
    }

    // MARK: - What a test does

    /// Errors of the browser and of the pages' scripts so far, such as violations of the pages' policy.
    package var complaints: [String] { state.withLock { $0.complaints } }

    /// Opens a page and waits until it has loaded.
    package func go(to url: URL) async throws {
        _ = try await call("Page.navigate", ["url": url.absoluteString])
        _ = try await evaluate(
            """
            new Promise(done => {
                const look = () => location.href !== 'about:blank' && document.readyState === 'complete'
                    ? done(true) : setTimeout(look, 10);
                look();
            })
            """)
    }

    /// The value of an expression in the page; waits for promises.
    package func evaluate(_ expression: String) async throws -> String {
        let answer = try await call(
            "Runtime.evaluate", ["expression": "(async () => String(await (\(expression))))()", "awaitPromise": true])
        if let details = answer["exceptionDetails"] { throw Failure(.internal, "The page threw: \(details)") }
        return (answer["result"] as? [String: Any])?["value"] as? String ?? ""
    }

    /// Shows pages in light or dark mode, on a screen of a given width.
    package func show(isDark: Bool, width: Int) async throws {
        let feature = ["name": "prefers-color-scheme", "value": isDark ? "dark" : "light"]
        _ = try await call("Emulation.setEmulatedMedia", ["features": [feature]])
        _ = try await call(
            "Emulation.setDeviceMetricsOverride",
            ["width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false])
    }

    /// Saves a screenshot of the page in the folder $GYRUS_TEST_PICTURES, if it is set.
    package func keepPicture(_ name: String) async throws {
        guard let folder = ProcessInfo.processInfo.environment["GYRUS_TEST_PICTURES"] else { return }
        let answer = try await call("Page.captureScreenshot", ["format": "png", "captureBeyondViewport": true])
        guard let data = (answer["data"] as? String).flatMap({ Data(base64Encoded: $0) }) else { return }
        try data.write(to: URL(filePath: folder).appending(path: "\(name).png"))
    }

    /// Presses a key.
    package func press(_ key: String) async throws {
        for type in ["keyDown", "keyUp"] {
            _ = try await call(
                "Input.dispatchKeyEvent",
                ["type": type, "key": key, "code": key, "windowsVirtualKeyCode": key == "Tab" ? 9 : 13])
        }
    }

    // MARK: - The pipe

    /// Sends a command and waits for its answer.
    @concurrent private func call(_ method: String, _ parameters: [String: Any] = [:]) async throws -> [String: Any] {
        let id = state.withLock { state in
            defer { state.next += 1 }
            return state.next
        }
        var message: [String: Any] = ["id": id, "method": method, "params": parameters]
        let session = session.withLock { $0 }
        if !session.isEmpty { message["sessionId"] = session }
        try commands.write(contentsOf: JSONSerialization.data(withJSONObject: message) + [0])
        while true {
            let answer = try next()
            note(answer)
            guard answer["id"] as? Int == id else { continue }
            if let error = answer["error"] { throw Failure(.internal, "\(method): \(error)") }
            return answer["result"] as? [String: Any] ?? [:]
        }
    }

    private func note(_ message: [String: Any]) {
        let parameters = message["params"] as? [String: Any] ?? [:]
        switch message["method"] as? String {
        case "Log.entryAdded", "Runtime.exceptionThrown":
            let entry = parameters["entry"] as? [String: Any]
            let text = entry?["text"] as? String ?? "\(parameters)"
            state.withLock { $0.complaints.append(text) }
        default: break
        }
    }

    /// The next message; messages end with a zero byte.
    private func next() throws -> [String: Any] {
        while true {
            let line = state.withLock { state -> Data? in
                guard let end = state.buffer.firstIndex(of: 0) else { return nil }
                defer { state.buffer = Data(state.buffer[(end + 1)...]) }
                return Data(state.buffer[..<end])
            }
            if let line { return try JSONSerialization.jsonObject(with: line) as? [String: Any] ?? [:] }
            let more = answers.availableData
            guard !more.isEmpty else { throw Failure(.unavailable, "Chromium has ended.") }
            state.withLock { $0.buffer += more }
        }
    }
}
