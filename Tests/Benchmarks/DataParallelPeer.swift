import Foundation
import Model

/// PyTorch's DistributedDataParallel over Gloo, which trains LeNet3 on MNIST in separate processes.
struct DataParallelPeer {
    /// The result of a training.
    struct Outcome {
        /// Accuracy on 2,000 other samples.
        let accuracy: Double
        /// Total time of all epochs in seconds, without start and validation.
        let seconds: Double
    }

    let samples: Int
    let epochs: Int
    let batch: Int
    let width: Double

    /// Trains to the end.
    func train(python: String, seed: Int, workers: Int) throws -> Outcome {
        let numbers = [samples, epochs, batch, seed, workers].map { "\($0)" }
        let answer = try PythonProgram.run(
            Self.program, [try DataLocator().folder(of: "mnist")] + numbers + ["\(width)"], python: python,
            need: "torch")
        let values = answer.split(separator: " ").compactMap { Double($0) }
        guard values.count == 2 else { throw Failure(.internal, "PyTorch answered '\(answer)', not two numbers.") }
        return Outcome(accuracy: values[0], seconds: values[1])
    }

    /// The same layers in the same order, the same share of each mini-batch for each worker, and the same learning rate
    /// schedule; it reads bytes in memory, like Gyrus, in the layout that is faster for PyTorch.
    private static let program = """
        import gzip, math, os, socket, sys, time
        import torch, torch.distributed as dist, torch.multiprocessing as mp
        folder = sys.argv[1]
        samples, epochs, batch, seed, workers = map(int, sys.argv[2:7])
        width = float(sys.argv[7])
        def read(name, skip):
            bytes = gzip.open(os.path.join(folder, name)).read()
            return torch.frombuffer(bytearray(bytes[skip:]), dtype=torch.uint8)
        def network():
            layers, channels = [], 1
            for kernel, out in [(5, 8), (3, 16), (3, 32)]:
                out = max(1, round(out * width))
                layers += [torch.nn.Conv2d(channels, out, kernel, padding=kernel // 2, bias=False),
                           torch.nn.MaxPool2d(2), torch.nn.BatchNorm2d(out), torch.nn.LeakyReLU()]
                channels = out
            return torch.nn.Sequential(*layers, torch.nn.Flatten(), torch.nn.Linear(9 * channels, 10))
        def work(rank, port):
            torch.set_num_threads(1)
            dist.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=workers)
            images = read("train-images-idx3-ubyte.gz", 16).view(-1, 1, 28, 28)
            labels = read("train-labels-idx1-ubyte.gz", 8).long()
            torch.manual_seed(seed)
            net = torch.nn.parallel.DistributedDataParallel(network().to(memory_format=torch.channels_last))
            optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
            steps, step, seconds = (samples + batch - 1) // batch, 0, 0.0
            for epoch in range(epochs):
                order = torch.randperm(samples, generator=torch.Generator().manual_seed(1000 * seed + epoch))
                dist.barrier()
                start = time.perf_counter()
                for i in range(steps):
                    whole = order[samples * i // steps : samples * (i + 1) // steps]
                    part = whole[len(whole) * rank // workers : len(whole) * (rank + 1) // workers]
                    for group in optimizer.param_groups:
                        group["lr"] = 0.05 * 0.5 * (1 + math.cos(math.pi * step / (steps * epochs)))
                    optimizer.zero_grad()
                    x = (images[part].float() / 255).to(memory_format=torch.channels_last)
                    loss = torch.nn.functional.cross_entropy(net(x), labels[part])
                    loss.backward()
                    optimizer.step()
                    loss.item()
                    step += 1
                dist.barrier()
                seconds += time.perf_counter() - start
            if rank == 0:
                net.eval()
                with torch.no_grad():
                    answers = net.module(images[-2000:].float() / 255).argmax(1)
                print((answers == labels[-2000:]).float().mean().item(), seconds)
            dist.destroy_process_group()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        mp.start_processes(work, args=(port,), nprocs=workers, start_method="fork")
        """
}
