namespace IceSharp.Protocol.Tests.Transactions;

/// <summary>Gives out the scripted bytes first and counts up afterwards, so that every drawn ID is known and different.</summary>
internal sealed class ScriptedRandomSource : IRandomSource
{
    private readonly Queue<byte> _script = new();
    private uint _counter;

    public ScriptedRandomSource(params string[] hex)
    {
        foreach (string part in hex)
        {
            Script(part);
        }
    }

    public void Script(string hex)
    {
        foreach (byte b in Convert.FromHexString(hex))
        {
            _script.Enqueue(b);
        }
    }

    public void Fill(Span<byte> destination)
    {
        _counter++;
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = _script.TryDequeue(out byte b) ? b : (byte)(i < 4 ? _counter >> (8 * i) : 0xA5);
        }
    }
}
