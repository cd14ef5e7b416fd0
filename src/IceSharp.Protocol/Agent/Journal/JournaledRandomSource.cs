namespace IceSharp.Protocol.Agent;

/// <summary>A random source whose draws stand in a journal.</summary>
internal sealed class JournaledRandomSource(IRandomSource random, IAgentJournal journal) : IRandomSource
{
    public void Fill(Span<byte> destination)
    {
        random.Fill(destination);
        journal.Drew(destination);
    }
}
