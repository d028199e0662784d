import Glibc

/// Secrets in this process's own environment.
extension Environment {
    /// Takes our secrets out of this process's environment: nobody reads them in `/proc/<pid>/environ` from then on,
    /// and no child gets them. To be called once they are read, before there is a second thread that may read a
    /// variable.
    public static func forgetSecrets() {
        for name in secrets {
            // The kernel shows the memory that the variables were handed over in: to unset one alone leaves it there.
            if let value = getenv(name) { memset(value, 0, strlen(value)) }
            unsetenv(name)
        }
    }
}
