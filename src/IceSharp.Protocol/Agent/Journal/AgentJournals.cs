namespace IceSharp.Protocol.Agent;

/// <summary>Puts a journal between a machine and what it asks while it works: chance, the pacing gate, the address filter.</summary>
internal static class AgentJournals
{
    public static IRandomSource Observe(IRandomSource random, IAgentJournal? journal) =>
        journal is null ? random : new JournaledRandomSource(random, journal);

    public static IPacingGate Observe(IPacingGate gate, IAgentJournal? journal) =>
        journal is null ? gate : new JournaledPacingGate(gate, journal);

    public static IceAgentMachineOptions Observe(IceAgentMachineOptions options) =>
        options is { Journal: { } journal, AddressFilter: { } filter }
            ? options with
            {
                AddressFilter = address =>
                {
                    bool isUsed = filter(address);
                    journal.AskedFilter(address, isUsed);
                    return isUsed;
                },
            }
            : options;
}
