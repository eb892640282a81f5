import CTorch
public import Foundation
import Model
public import Safetensors

extension ScriptedNetwork {
    /// Writes a TorchScript file with methods that were translated from another format.
    /// - Parameters:
    ///   - source: The methods, one of them `forward`.
    ///   - tensors: The tensors that the methods read as attributes.
    ///   - trained: Names of those that a training may change.
    /// - Throws: `Failure` with code `internal` if libtorch rejects the source.
    public static func write(source: String, tensors: [Tensor], trained: Set<String>, to file: URL) throws {
        ComputeThreads.prepare()
        var memory: [UnsafeMutableRawBufferPointer] = []
        defer { memory.forEach { $0.deallocate() } }
        func kept<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafeRawPointer? {
            elements.withUnsafeBytes { bytes in
                let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 16)
                copy.copyMemory(from: bytes)
                memory.append(copy)
                return UnsafeRawPointer(copy.baseAddress)
            }
        }
        let constants = try tensors.map { tensor in
            var constant = gyrus_constant()
            constant.name = kept(Array(tensor.name.utf8CString))?.assumingMemoryBound(to: CChar.self)
            constant.type = try tensor.type.number
            constant.shape = kept(tensor.shape.map(Int64.init))?.assumingMemoryBound(to: Int64.self)
            constant.rank = Int64(tensor.shape.count)
            constant.data = kept(tensor.bytes)
            constant.is_trained = trained.contains(tensor.name)
            return constant
        }
        var error: UnsafeMutablePointer<CChar>?
        guard gyrus_script_write(source, constants, Int64(constants.count), file.path, &error) else {
            throw Failure(.internal, "libtorch rejects the translated network: \(takeMessage(error)).")
        }
    }

    /// Writes a TorchScript file whose methods call another network, which is its module `network`.
    /// - Throws: `Failure` if libtorch rejects the methods or the network.
    public static func write(source: String, around network: URL, to file: URL) throws {
        ComputeThreads.prepare()
        var error: UnsafeMutablePointer<CChar>?
        guard gyrus_package_write(source, network.path, nil, nil, 0, file.path, nil, nil, 0, &error) else {
            throw Failure(.invalidArgument, "libtorch rejects the network: \(takeMessage(error)).")
        }
    }
}

extension TensorType {
    /// The number of the type in libtorch.
    fileprivate var number: Int32 {
        get throws {
            switch self {
            case .uint8: return 0
            case .int8: return 1
            case .int16: return 2
            case .int32: return 3
            case .int64: return 4
            case .float32: return 6
            case .bool: return 11
            default: throw Failure(.invalidArgument, "Tensors of type \(rawValue) cannot be part of a network.")
            }
        }
    }
}
