// every test here wants the whole machine
[assembly: CollectionBehavior(DisableTestParallelization = true)]
