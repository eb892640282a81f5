import Model
import Tables

extension Target {
    /// An answer as networks learn it.
    enum Learned {
        /// The number of a class.
        case `class`(Int32)
        /// 0 or 1 for each label, or standardized numbers.
        case numbers([Float])
    }

    /// What networks learn of an answer.
    func learned(_ answer: SampleAnswer) -> Learned {
        switch answer {
        case .class(let number): return .class(Int32(number))
        case .labels(let numbers):
            var row = [Float](repeating: 0, count: outputs)
            for number in numbers { row[number] = 1 }
            return .numbers(row)
        case .numbers(let numbers):
            return .numbers(
                numbers.enumerated().map { index, number in
                    Float((number - (means?[index] ?? 0)) / (deviations?[index] ?? 1))
                })
        }
    }
}
