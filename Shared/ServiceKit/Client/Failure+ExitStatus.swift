public import Model

extension Failure {
    /// The status with which a program ends because of the failure, in the numbering of `sysexits.h`.
    ///
    /// 2 wrong request or data, 69 unavailable, 75 try again later, 77 no permission, 130 interrupted, 1 all else.
    public var exitStatus: Int32 {
        switch code {
        case .invalidArgument: 2
        case .unavailable, .deadlineExceeded: 69
        case .busy: 75
        case .permissionDenied: 77
        case .cancelled: 130
        default: 1
        }
    }
}
