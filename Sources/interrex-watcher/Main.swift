import Watching

@main
enum Main {
    static func main() async { await Watcher.main() }
}
