public import Model

extension Failure {
    /// The exit status of a program that ends because of the failure, numbered as in `sysexits.h`.
    ///
    /// 2 invalid request or data, 69 unavailable, 75 try again later, 77 no permission, 130 interrupted, 1 anything
    /// else.
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
