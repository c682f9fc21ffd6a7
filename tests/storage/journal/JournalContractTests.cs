using Trading.Storage.Journal;
using Trading.Storage.Tests.Faults;

namespace Trading.Storage.Tests.Journal;

public sealed class InMemoryJournalContractTests : JournalContractTests
{
    protected override ISessionJournal Open() => new InMemorySessionJournal();
}

public sealed class FileJournalContractTests : JournalContractTests
{
    protected override ISessionJournal Open() => FileSessionJournal.Open(new FaultFiles(new Random(1)), new FileJournalOptions { SegmentBytes = 4096, GrowBytes = 4096 });
}
