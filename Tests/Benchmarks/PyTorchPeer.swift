import Foundation
import Model

/// A Python process that trains the same network on command.
final class PyTorchPeer {
    let version: String
    private let process = Process()
    private let commands = Pipe()
    private let answers = Pipe()

    init(python: String, batch: Int) throws {
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = ["-u", "-c", Self.program, "\(batch)"]
        process.environment = ProcessInfo.processInfo.environment.merging(["OMP_NUM_THREADS": "1"]) { $1 }
        process.standardInput = commands
        process.standardOutput = answers
        try process.run()
        version = try Self.line(from: answers.fileHandleForReading)
    }

    deinit { process.terminate() }

    /// Images per second of processor time.
    func rate(_ layout: String, normalized: Bool, steps: Int) throws -> Double {
        commands.fileHandleForWriting.write(Data("\(layout) \(normalized ? 1 : 0) \(steps)\n".utf8))
        let answer = try Self.line(from: answers.fileHandleForReading)
        guard let rate = Double(answer) else {
            throw Failure(.internal, "PyTorch answered '\(answer)' instead of a number.")
        }
        return rate
    }

    private static func line(from handle: FileHandle) throws -> String {
        var bytes: [UInt8] = []
        while let byte = try handle.read(upToCount: 1)?.first {
            if byte == 10 { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
        }
        throw Failure(.unavailable, "The Python process ended; does this Python have torch?")
    }

    /// The same layers in the same order, reading bytes in memory like Gyrus.
    private static let program = """
        import sys, time, torch
        torch.set_num_threads(1)
        batch = int(sys.argv[1])
        data = torch.randint(0, 256, (8 * batch, 1, 112, 112), dtype=torch.uint8)
        labels = torch.arange(8 * batch) % 10
        def make(layout, normalized):
            layers, channels = [], 1
            for kernel, out in [(5, 8), (3, 16), (3, 32), (3, 64), (3, 128)]:
                layers += [torch.nn.Conv2d(channels, out, kernel, padding=kernel // 2, bias=not normalized),
                           torch.nn.MaxPool2d(2)]
                if normalized: layers.append(torch.nn.BatchNorm2d(out))
                layers.append(torch.nn.LeakyReLU())
                channels = out
            net = torch.nn.Sequential(*layers, torch.nn.Flatten(), torch.nn.Linear(1152, 10)).to(memory_format=layout)
            return net, torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
        made = {}
        print(torch.__version__)
        for line in sys.stdin:
            name, normalized, steps = line.split()
            layout = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}[name]
            key = (name, normalized)
            if key not in made: made[key] = make(layout, normalized == "1")
            net, optimizer = made[key]
            start = time.process_time()
            for step in range(int(steps)):
                chosen = torch.randperm(8 * batch)[:batch]
                x = (data[chosen].float() / 255).to(memory_format=layout)
                optimizer.zero_grad()
                loss = torch.nn.functional.cross_entropy(net(x), labels[chosen])
                loss.backward()
                optimizer.step()
                loss.item()
            print(int(steps) * batch / (time.process_time() - start))
        """
}
