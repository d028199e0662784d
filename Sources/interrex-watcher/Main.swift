import Watching

@main
enum Main {
    static func main() { Watcher.main() }
}
