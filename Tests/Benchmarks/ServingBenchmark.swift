import ArgumentParser
import Foundation
import Model
import ServingSupport
import TestSupport

/// Requests per second and their latency if many clients request the class of a picture: `gyrus serve` compared with
/// FastAPI and torch, for the same network, picture and clients on the same machine.
struct ServingBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serving",
        abstract: "Measure throughput and latency of a server of networks, compared with FastAPI and torch.")

    @Option(help: "A Python with torch, fastapi, uvicorn and pillow; without it, only Gyrus is measured.")
    var python: String?

    @Option(help: "Number of simultaneous clients, each with one request at a time.")
    var clients = 32

    @Option(help: "Number of requests per round.")
    var requests = 4_000

    @Option(help: "Number of rounds; the median counts.")
    var rounds = 3

    @Option(help: "Number of processes of each server.")
    var workers = 2

    func run() async throws {
        let made = try MadePackage.pictures()
        let picture = try Data(contentsOf: made.folder.file("p0.ppm"))
        try await ProcessFixture.run { fixture in
            let file = fixture.directory.appending(path: "server.url")
            _ = try fixture.start(
                "server", ["serve", "--port", "0", "--url-file", file.path, "--workers", "\(workers)", made.path])
            let port = try await Self.port(in: file)
            try await measure("Gyrus", port: port, picture)
        }
        guard let python else { return }
        let peer = Process()
        let port = Int.random(in: 20_000..<60_000)
        peer.executableURL = URL(filePath: python)
        let program = made.folder.file("peer.py")
        try Data(Self.peer.utf8).write(to: program)
        peer.arguments = [
            "-m", "uvicorn", "peer:app", "--port", "\(port)", "--workers", "\(workers)", "--log-level", "error",
            "--no-access-log",
        ]
        peer.currentDirectoryURL = made.folder.url
        peer.environment = ProcessInfo.processInfo.environment.merging(
            ["OMP_NUM_THREADS": "1", "PACKAGE": "\(made.path)/model.pt"]) { $1 }
        try peer.run()
        defer { peer.terminate() }
        try await measure("FastAPI with torch", port: port, picture)
    }

    private func measure(_ name: String, port: Int, _ picture: Data) async throws {
        let load = LoadGenerator(port: port, path: "/predict", type: "image/x-portable-pixmap", body: [UInt8](picture))
        try await load.waitUntilAnswered()
        _ = try await load.run(clients: clients, requests: requests / 4)
        var measured: [LoadGenerator.Outcome] = []
        for _ in 0..<rounds { measured.append(try await load.run(clients: clients, requests: requests)) }
        let outcome = measured.sorted { $0.rate < $1.rate }[rounds / 2]
        func milliseconds(_ share: Double) -> String {
            String(format: "%.1f ms", outcome.percentile(share) * 1_000)
        }
        print(
            "serving, \(name), \(clients) clients, \(workers) processes: \(Int(outcome.rate)) requests/s; median "
                + "\(milliseconds(0.5)), p99 \(milliseconds(0.99)); \(outcome.failures) failures")
    }

    private static func port(in file: URL) async throws -> Int {
        while true {
            if let text = try? String(contentsOf: file, encoding: .utf8),
                let port = URL(string: text.trimmingCharacters(in: .whitespacesAndNewlines))?.port
            {
                return port
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// An equivalent server in Python. The package takes raw pixels, so both do the same work.
    private static let peer = """
        import io, json, os
        import numpy, torch
        from fastapi import FastAPI, Request
        from PIL import Image
        torch.set_num_threads(1)
        model = torch.jit.load(os.environ["PACKAGE"])
        names = ["even", "odd"]
        app = FastAPI()

        def answer(content):
            pixels = torch.from_numpy(numpy.array(Image.open(io.BytesIO(content)).convert("RGB")))
            with torch.inference_mode():
                return model([pixels])[0].tolist()

        @app.post("/predict")
        async def predict(request: Request):
            probabilities = answer(await request.body())
            best = max(range(len(names)), key=probabilities.__getitem__)
            return {"predictions": [{"prediction": [names[best]], "probabilities": dict(zip(names, probabilities))}]}
        """
}
