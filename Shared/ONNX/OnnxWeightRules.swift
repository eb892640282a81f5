import Model
import Schema

/// Required shapes of a node's weights, for the operators that hold nearly all weights of any network.
struct OnnxWeightRules {
    let node: Wire.OnnxNode
    /// The shapes of its inputs; nil for inputs that are computed or absent.
    let shapes: [[Int]?]

    /// - Parameter fault: Makes the failure from a description of the problem.
    func check(_ fault: (String) -> Failure) throws {
        switch node.opType {
        case "Conv", "ConvTranspose": try checkConvolution(fault)
        case "BatchNormalization": try checkNormalization(fault)
        case "Gemm": try checkProduct(fault)
        default: break
        }
    }

    private func weight(_ index: Int) -> [Int]? {
        shapes.indices.contains(index) ? shapes[index] : nil
    }

    private func integers(_ name: String) -> [Int]? {
        node.attribute.first { $0.name == name }.map { $0.ints.map { Int(clamping: $0) } }
    }

    private func integer(_ name: String, default value: Int) -> Int {
        node.attribute.first { $0.name == name }.map { Int(clamping: $0.i) } ?? value
    }

    private func checkConvolution(_ fault: (String) -> Failure) throws {
        guard let kernel = weight(1) else { return }
        guard kernel.count >= 3 else {
            throw fault("its weight has shape \(kernel); it must have at least three dimensions")
        }
        if let declared = integers("kernel_shape"), declared != Array(kernel.dropFirst(2)) {
            throw fault("kernel_shape is \(declared), but the weight has shape \(kernel)")
        }
        let groups = integer("group", default: 1)
        guard groups > 0, kernel[0].isMultiple(of: groups) else {
            throw fault("group is \(groups), which does not divide \(kernel[0]) channels")
        }
        let channels = node.opType == "Conv" ? kernel[0] : kernel[1] * groups
        if let bias = weight(2), bias != [channels] {
            throw fault("its bias has shape \(bias), but there are \(channels) channels")
        }
    }

    private func checkNormalization(_ fault: (String) -> Failure) throws {
        let shapes = (1...4).compactMap(weight)
        guard Set(shapes).count <= 1, shapes.allSatisfy({ $0.count == 1 }) else {
            throw fault(
                "scale, bias, mean and variance have the shapes \(shapes); they must be vectors of equal length")
        }
    }

    private func checkProduct(_ fault: (String) -> Failure) throws {
        guard let matrix = weight(1) else { return }
        guard matrix.count == 2 else { throw fault("its weight has shape \(matrix); it must be a matrix") }
        let features = integer("transB", default: 0) == 0 ? matrix[1] : matrix[0]
        if let bias = weight(2), let last = bias.last, ![1, features].contains(last) {
            throw fault("its bias has shape \(bias), but there are \(features) features")
        }
    }
}
