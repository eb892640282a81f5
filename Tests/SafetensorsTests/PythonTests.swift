import Foundation
import Safetensors
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct `Safetensors files in Python` {
    @Test func `Python reads files from Gyrus, and Gyrus reads files from Python`() throws {
        let python: PythonEnvironment
        do {
            python = try PythonEnvironment()
        } catch {
            try Test.cancel("there is no Python with torch: \(error)")
        }
        let folder = try TemporaryDirectory()
        try SafetensorsFile.write(
            [
                Tensor("weight", shape: [2, 2], [1.5, -2, 3, 4] as [Float]),
                Tensor("labels", shape: [1], [7] as [Int32]),
                Tensor("rows", shape: [3], [0, 1, 255] as [UInt8]), Tensor("none", shape: [0], [] as [Float]),
            ], metadata: ["origin": "Größe \"1\""], to: folder.path("ours"))
        let said = try python.run(Self.program, folder.path("ours"), folder.path("theirs"))
        #expect(
            said == "Größe \"1\"\nlabels int32 [7]\nnone float32 []\nrows uint8 [0, 1, 255]\n"
                + "weight float32 [[1.5, -2.0], [3.0, 4.0]]\n")
        let theirs = try SafetensorsFile(opening: folder.path("theirs"))
        #expect(theirs.metadata == ["by": "Python"])
        #expect(try theirs.elements(of: "a") as [Double] == [0.25])
        #expect(try theirs.elements(of: "b.c") as [Int64] == [-1, 2])
        #expect(try theirs.entry(named: "half").type == .bfloat16)
    }

    private static let program = """
        import sys, torch
        from safetensors import safe_open
        from safetensors.torch import save_file
        sys.stdout.reconfigure(encoding="utf-8")
        with safe_open(sys.argv[1], "numpy") as file:
            print(file.metadata()["origin"])
            for name in sorted(file.keys()):
                tensor = file.get_tensor(name)
                print(name, tensor.dtype, tensor.tolist())
        save_file({"a": torch.tensor([0.25], dtype=torch.float64), "b.c": torch.tensor([-1, 2]),
                   "half": torch.ones(3, dtype=torch.bfloat16)}, sys.argv[2], {"by": "Python"})
        """
}
