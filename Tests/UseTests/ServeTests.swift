import Foundation
import Model
import ServingSupport
import TestSupport
import Testing

/// A server of packages, with the built programs.
@Suite(.timeLimit(.minutes(10))) struct ServeTests {
    private static let kind = DataSettings.Answer(columns: ["kind"], kind: .classification)

    @Test func `the Open Inference Protocol describes and answers like the package`() async throws {
        let made = try MadePackage.table(target: Self.kind)
        let expected = try made.answers()
        try await ProcessFixture.run { fixture in
            let server = try await ServedFixture.start(["facts=\(made.path)"], in: fixture)
            #expect(try await server.ask("/v2/health/live").status == 200)
            #expect(try await server.ask("/v2/health/ready").object()["ready"] as? Bool == true)
            let extensions = try await server.ask("/v2").object()["extensions"] as? [String]
            #expect(extensions == ["binary_tensor_data"])
            let metadata = try await server.ask("/v2/models/facts").object()
            #expect(metadata["versions"] as? [String] == ["1"])
            let inputs = metadata["inputs"] as? [[String: Any]] ?? []
            #expect(inputs.map { $0["name"] as? String } == ["age", "weight", "city"])
            #expect(inputs.map { $0["datatype"] as? String } == ["FP32", "FP32", "BYTES"])
            #expect(try await server.ask("/v2/models/facts/versions/1/ready").status == 200)

            let body = """
                {"id": "7", "inputs": [
                  {"name": "age", "shape": [2], "datatype": "INT64", "data": [20, 27]},
                  {"name": "weight", "shape": [2, 1], "datatype": "FP64", "data": [[50.5], [51.5]]},
                  {"name": "city", "shape": [2], "datatype": "BYTES", "data": ["Rome", "Oslo"]}]}
                """
            let answer = try await server.ask("/v2/models/facts/infer", Data(body.utf8))
            #expect(answer.status == 200, "\(answer.text)")
            let reply = try answer.object()
            #expect(reply["id"] as? String == "7" && reply["model_version"] as? String == "1")
            let outputs = reply["outputs"] as? [[String: Any]] ?? []
            #expect(outputs.map { $0["name"] as? String } == ["probabilities", "label"])
            #expect(outputs[0]["shape"] as? [Int] == [2, 3])
            let numbers = (outputs[0]["data"] as? [Double] ?? []).map(Float.init)
            for (number, right) in zip(numbers, expected[0] + expected[1]) { #expect(abs(number - right) < 1e-5) }
            #expect(numbers.count == 6)
            try await self.binary(server, expected)
        }
    }

    /// The same with binary tensors in both directions.
    private func binary(_ server: ServedFixture, _ expected: [[Float]]) async throws {
        func bytes(_ values: [Float]) -> Data {
            values.reduce(into: Data()) { data, value in
                withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
            }
        }
        func bytes(_ texts: [String]) -> Data {
            texts.reduce(into: Data()) { data, text in
                withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian) { data.append(contentsOf: $0) }
                data.append(contentsOf: text.utf8)
            }
        }
        let json = """
            {"parameters": {"binary_data_output": true}, "inputs": [
              {"name": "age", "shape": [2], "datatype": "FP32", "parameters": {"binary_data_size": 8}},
              {"name": "weight", "shape": [2], "datatype": "FP32", "parameters": {"binary_data_size": 8}},
              {"name": "city", "shape": [2], "datatype": "BYTES", "parameters": {"binary_data_size": 16}}],
             "outputs": [{"name": "probabilities"}]}
            """
        let body = Data(json.utf8) + bytes([20, 27]) + bytes([50.5, 51.5]) + bytes(["Rome", "Oslo"])
        let length = ["Inference-Header-Content-Length": "\(json.utf8.count)"]
        let answer = try await server.ask("/v2/models/facts/infer", body, length)
        #expect(answer.status == 200, "\(answer.text)")
        let head = try #require(answer.headers["inference-header-content-length"].flatMap { Int($0) })
        let numbers = answer.body.dropFirst(head).withUnsafeBytes { raw in
            stride(from: 0, to: raw.count, by: 4).map { raw.loadUnaligned(fromByteOffset: $0, as: Float.self) }
        }
        #expect(numbers.count == 6)
        for (number, right) in zip(numbers, expected[0] + expected[1]) { #expect(abs(number - right) < 1e-6) }
        let short = try await server.ask("/v2/models/facts/infer", body.dropLast(), length)
        #expect(short.status == 400 && short.text.contains("binary_data_size"))
    }

    @Test func `files, rows and forms are answered, and an error in one affects only that one`() async throws {
        let made = try MadePackage.mixed()
        let expected = try made.answers()
        try await ProcessFixture.run { fixture in
            let server = try await ServedFixture.start(["--workers", "1", made.path], in: fixture)
            let photo = try Data(contentsOf: made.folder.file("p0.ppm"))
            let voice = try Data(contentsOf: made.folder.file("s0.wav"))
            let row: [String: Any] = [
                "note": "the red, quick fox number 0 jumped over seven lazy dogs", "age": 20, "weight": NSNull(),
                "city": "Rome",
            ]
            let rows = try JSONSerialization.data(withJSONObject: row)
            let form = try await server.ask(
                "/predict", form: [("photo", "p0.ppm", photo), ("voice", "s0.wav", voice), ("row", nil, rows)])
            #expect(form.status == 200, "\(form.text)")
            let probabilities = try form.predictions()[0]["probabilities"] as? [String: Double] ?? [:]
            #expect(abs(Float(probabilities["even"] ?? 0) - expected[0][0]) < 1e-4)

            // The same as JSON, next to an invalid picture.
            var good = row, bad = row
            (good["photo"], good["voice"]) = (photo.base64EncodedString(), voice.base64EncodedString())
            (bad["photo"], bad["voice"]) = (Data("no picture".utf8).base64EncodedString(), NSNull())
            let both = try await server.ask("/predict", JSONSerialization.data(withJSONObject: [bad, good]))
            #expect(both.status == 200, "\(both.text)")
            let predictions = try both.predictions()
            #expect(predictions[0]["error"] is String && predictions[0]["probabilities"] == nil)
            let second = predictions[1]["probabilities"] as? [String: Double] ?? [:]
            #expect(abs(Float(second["even"] ?? 0) - expected[0][0]) < 1e-4)
            let alone = try await server.ask("/predict", JSONSerialization.data(withJSONObject: bad))
            #expect(alone.status == 422)

            // Never a path of the server.
            bad["photo"] = made.folder.path("p0.ppm")
            let path = try await server.ask("/predict", JSONSerialization.data(withJSONObject: bad))
            #expect(path.status == 422 && path.text.contains("base64"))
        }
    }

    @Test func `requests that cannot be answered say what to do`() async throws {
        let made = try MadePackage.table(target: Self.kind)
        try await ProcessFixture.run { fixture in
            let server = try await ServedFixture.start(["--body", "1", "facts=\(made.path)"], in: fixture)
            let model = try await server.ask("/v2/models/fact")
            #expect(model.status == 404 && model.text.contains("Did you mean 'facts'?"))
            let version = try await server.ask("/v2/models/facts/versions/9")
            #expect(version.status == 404 && version.text.contains("version '1'"))
            #expect(try await server.ask("/nothing").status == 404)
            let missing = try await server.ask("/predict", Data(#"{"age": 3, "weight": 4}"#.utf8))
            #expect(missing.status == 422 && missing.text.contains("'city' is missing"))
            let broken = try await server.ask("/predict", Data(#"{"age": 3,"#.utf8))
            #expect(broken.status == 400 && broken.text.contains("JSON"))
            let large = try await server.ask("/predict", Data(count: 1_200_000))
            #expect(large.status == 413 && large.text.contains("larger than 1 MiB"))
            let shape = try await server.ask(
                "/v2/models/facts/infer",
                Data(#"{"inputs": [{"name": "age", "shape": [3], "datatype": "FP32", "data": [1]}]}"#.utf8))
            #expect(shape.status == 400 && shape.text.contains("needs 3"))
            let foreign = try await server.ask("/predict", Data("{}".utf8), ["Sec-Fetch-Site": "cross-site"])
            #expect(foreign.status == 403)
        }
    }

    @Test func `each limit is reported with its number`() async throws {
        let made = try MadePackage.table(target: Self.kind)
        let row = #"{"age": 20, "weight": 50.5, "city": "Rome"}"#
        try await ProcessFixture.run { fixture in
            let server = try await ServedFixture.start([made.path], in: fixture)
            let many = "[" + Array(repeating: row, count: 1_025).joined(separator: ",") + "]"
            let rows = try await server.ask("/predict", Data(many.utf8))
            #expect(rows.status == 400 && rows.text.contains("1025 samples exceed the limit of 1024"), "\(rows.text)")
            let numbers = Array(repeating: "1", count: 1_025).joined(separator: ",")
            let city = Array(repeating: "\"Rome\"", count: 1_025).joined(separator: ",")
            let tensors = """
                {"inputs": [{"name": "age", "shape": [1025], "datatype": "FP32", "data": [\(numbers)]},
                 {"name": "weight", "shape": [1025], "datatype": "FP32", "data": [\(numbers)]},
                 {"name": "city", "shape": [1025], "datatype": "BYTES", "data": [\(city)]}]}
                """
            let batch = try await server.ask("/v2/models/package/infer", Data(tensors.utf8))
            #expect(
                batch.status == 400 && batch.text.contains("1025 samples exceed the limit of 1024"), "\(batch.text)")
            let parts = (0..<257).map { _ in (name: "row", file: String?.none, content: Data(row.utf8)) }
            let form = try await server.ask("/predict", form: parts)
            #expect(form.status == 400 && form.text.contains("256"), "\(form.text)")
            let head = try await server.ask("/v2", nil, ["X-Long": String(repeating: "a", count: 17 << 10)])
            #expect(head.status == 431 || head.status == 400, "\(head.status)")
            #expect(try await server.ask("/predict", Data(row.utf8)).status == 200)
        }
    }

    @Test func `requests beyond the limit are rejected for a second`() async throws {
        let made = try MadePackage.table(target: Self.kind)
        let row = Data(#"{"age": 20, "weight": 50.5, "city": "Rome"}"#.utf8)
        try await ProcessFixture.run { fixture in
            // A batch that is not full waits, and so do its requests.
            let server = try await ServedFixture.start(
                ["--concurrent", "2", "--delay", "1s", "--batch", "1024", "--workers", "1", made.path], in: fixture)
            var refused: ServedFixture.Answer?
            while refused == nil {
                let answers = try await withThrowingTaskGroup(of: ServedFixture.Answer.self) { group in
                    for _ in 0..<4 { group.addTask { try await server.ask("/predict", row) } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(answers.contains { $0.status == 200 })
                #expect(answers.allSatisfy { [200, 429].contains($0.status) })
                refused = answers.first { $0.status == 429 }
            }
            #expect(refused?.headers["retry-after"] == "1")
            #expect(refused?.text.contains("2 requests are already in progress; retry in a second") == true)
            #expect(try await server.ask("/predict", row).status == 200)
            #expect(try await server.ask("/metrics").text.contains(#"{route="predict",code="429"}"#))
        }
    }

    @Test func `an answer that takes too long fails, and the server continues`() async throws {
        let made = try MadePackage.table(target: Self.kind)
        let row = Data(#"{"age": 20, "weight": 50.5, "city": "Rome"}"#.utf8)
        try await ProcessFixture.run { fixture in
            let server = try await ServedFixture.start(
                ["--time", "100ms", "--delay", "1s", "--batch", "2", "--workers", "1", made.path], in: fixture)
            let late = try await server.ask("/predict", row)
            #expect(late.status == 504 && late.text.contains("took longer than 0.1 seconds"), "\(late.text)")
            #expect(try await server.ask("/v2/health/ready").status == 200)
        }
    }

    @Test func `a server that must stop answers accepted requests, and accepts no more`() async throws {
        let made = try MadePackage.table(target: Self.kind)
        let row = Data(#"{"age": 20, "weight": 50.5, "city": "Rome"}"#.utf8)
        let expected = try made.answers()[0][0]
        try await ProcessFixture.run { fixture in
            let server = try await ServedFixture.start(
                ["--delay", "1s", "--batch", "1024", "--workers", "1", made.path], in: fixture)
            try await withThrowingTaskGroup(of: ServedFixture.Answer.self) { group in
                for _ in 0..<20 { group.addTask { try await server.ask("/predict", row) } }
                // All are accepted when twenty are in progress or answered.
                var taken = 0
                while taken < 20 {
                    let metrics = try await server.ask("/metrics").text
                    func value(_ name: String) -> Int {
                        metrics.split(separator: "\n").first { $0.hasPrefix("\(name) ") }
                            .flatMap { $0.split(separator: " ").last }.flatMap { Int($0) } ?? 0
                    }
                    taken =
                        value("gyrus_server_requests_at_work")
                        + value(#"gyrus_server_requests_total{route="predict",code="200"}"#)
                }
                server.process.signal(SIGTERM)
                for try await answer in group {
                    #expect(answer.status == 200, "\(answer.text)")
                    let named = try answer.predictions()[0]["probabilities"] as? [String: Double]
                    #expect(abs(Float(named?["a"] ?? -1) - expected) < 1e-5)
                }
            }
            #expect(await server.process.end() == 0)
            await #expect(throws: (any Error).self) { try await server.ask("/v2/health/live") }
        }
    }

    @Test func `metrics have Prometheus's format`() async throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/promtool") else {
            try Test.cancel("promtool is not installed (Debian: prometheus)")
        }
        let made = try MadePackage.table(target: Self.kind)
        try await ProcessFixture.run { fixture in
            let server = try await ServedFixture.start([#"a"b=\#(made.path)"#], in: fixture)
            let row = Data(#"{"age": 20, "weight": 50.5, "city": "Rome"}"#.utf8)
            #expect(try await server.ask("/predict", row).status == 200)
            #expect(try await server.ask("/predict", Data("{}".utf8)).status == 422)
            let file = fixture.directory.appending(path: "metrics")
            try Data(try await server.ask("/metrics").text.utf8).write(to: file)
            // It exits with 3 and reports what it would have done otherwise.
            let said = try PythonEnvironment.output(
                of: "/bin/bash", ["-c", "promtool check metrics < \"$0\" 2>&1; echo \"status $?\"", file.path])
            #expect(said == "status 0\n", "\(said)")
        }
    }

    @Test func `clients without a key are refused, and a server without keys stays on its machine`() async throws {
        let made = try MadePackage.table(target: Self.kind)
        try await ProcessFixture.run { fixture in
            let keys = fixture.directory.appending(path: "keys")
            try Data("# people\nphone 0123456789abcdef0123\n".utf8).write(to: keys)
            let server = try await ServedFixture.start(["--keys", keys.path, made.path], in: fixture)
            #expect(try await server.ask("/v2/health/ready").status == 200)
            let refused = try await server.ask("/v2/models/package")
            #expect(refused.status == 401 && refused.headers["www-authenticate"]?.hasPrefix("Bearer") == true)
            let wrong = try await server.ask("/v2/models/package", nil, ["Authorization": "Bearer 0123456789abcdef"])
            #expect(wrong.status == 401)
            let right = ["Authorization": "Bearer 0123456789abcdef0123"]
            #expect(try await server.ask("/v2/models/package", nil, right).status == 200)
            let open = try fixture.start("server", ["serve", "--host", "0.0.0.0", made.path], name: "open")
            #expect(await open.end() != 0)
            #expect(try String(contentsOf: open.log, encoding: .utf8).contains("--keys"))
        }
    }

    @Test func `simultaneous requests share batches, and are all answered before shutdown`() async throws {
        let made = try MadePackage.table(target: Self.kind)
        let expected = try made.answers()
        try await ProcessFixture.run { fixture in
            let server = try await ServedFixture.start(
                ["--workers", "1", "--delay", "50ms", made.path], in: fixture)
            let rows = (0..<40).map { row in
                #"{"age": \#(20 + row * 7 % 31), "weight": \#(50.5 + Double(row % 17)), "city": "\#(["Rome", "Oslo"][row % 2])"}"#
            }
            let answers = try await withThrowingTaskGroup(of: (Int, Double).self) { group in
                for (place, row) in rows.enumerated() {
                    group.addTask {
                        let answer = try await server.ask("/predict", Data(row.utf8))
                        let named = try answer.predictions()[0]["probabilities"] as? [String: Double]
                        return (place, named?["a"] ?? -1)
                    }
                }
                return try await group.reduce(into: [Int: Double]()) { $0[$1.0] = $1.1 }
            }
            for (place, answer) in answers { #expect(abs(Float(answer) - expected[place][0]) < 1e-5) }
            let metrics = try await server.ask("/metrics").text
            #expect(metrics.contains(#"gyrus_server_requests_total{route="predict",code="200"} 40"#))
            #expect(metrics.contains(#"gyrus_server_batch_samples_sum{model="package"} 40.0"#))
            let line = metrics.split(separator: "\n").first {
                $0.hasPrefix(#"gyrus_server_batch_samples_count{model="package"}"#)
            }
            let batches = try #require(line?.split(separator: " ").last.flatMap { Int($0) })
            #expect(batches < 40, "40 requests went in \(batches) batches")

            // The network's process is isolated: no new privileges, and a system call filter.
            let worker = try #require(Self.children(of: server.process.id).first)
            let status = try String(contentsOfFile: "/proc/\(worker)/status", encoding: .utf8)
            #expect(status.contains("NoNewPrivs:\t1") && status.contains("Seccomp:\t2"))

            // Waits in a batch when the signal arrives.
            async let last = server.ask("/predict", Data(rows[0].utf8))
            while try await !server.ask("/metrics").text.contains("requests_at_work 1\n") {
                if try await server.ask("/metrics").text.contains(#"code="200"} 41"#) { break }
            }
            server.process.signal(SIGTERM)
            #expect(try await last.status == 200)
            #expect(await server.process.end() == 0)
        }
    }

    private static func children(of process: Int32) -> [Int32] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { Int32($0) }.filter { number in
            let stat = (try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8)) ?? ""
            let words = stat.drop { $0 != ")" }.split(separator: " ")
            let command = (try? String(contentsOfFile: "/proc/\(number)/cmdline", encoding: .utf8)) ?? ""
            return words.count > 2 && words[2] == "\(process)" && command.contains("gyrus-data")
        }
    }

    @Test func `a process that dies is restarted, and its requests are answered`() async throws {
        let made = try MadePackage.table(target: Self.kind)
        try await ProcessFixture.run { fixture in
            let server = try await ServedFixture.start(["--workers", "1", made.path], in: fixture)
            let row = Data(#"{"age": 20, "weight": 50.5, "city": "Rome"}"#.utf8)
            #expect(try await server.ask("/predict", row).status == 200)
            kill(try #require(Self.children(of: server.process.id).first), SIGKILL)
            #expect(try await server.ask("/predict", row).status == 200)
            #expect(server.process.isRunning)
        }
    }
}
