using IceSharp.Protocol.Stun;

namespace IceSharp.Benchmarks.Codec;

/// <summary>A connectivity check as agents send it: USERNAME, PRIORITY, ICE-CONTROLLING, USE-CANDIDATE, MESSAGE-INTEGRITY, FINGERPRINT.</summary>
internal sealed class CheckMessage : IDisposable
{
    private static readonly StunTransactionId Id = new(0x01020304, 0x05060708090A0B0C);

    private readonly byte[] _buffer = new byte[1500];
    private readonly byte[] _username = "evtj:h6vY"u8.ToArray();

    public CheckMessage() => Received = _buffer.AsSpan(0, Build()).ToArray();

    public StunIntegrityKey Key { get; } = StunIntegrityKey.ShortTerm("VOkJxbRl1RmTxUk/WvJxBt");

    /// <summary>The message as it comes from the network.</summary>
    public byte[] Received { get; }

    /// <summary>Bytes before MESSAGE-INTEGRITY: what the HMAC covers.</summary>
    public int CoveredBytes => Received.Length - 24 - 8;

    public void Dispose() => Key.Dispose();

    /// <summary>Parses and reads every value of the check, integrity and fingerprint left alone.</summary>
    public ulong Parse() => Read(ParsedMessage());

    public StunParseStatus ParseStructure() => StunReader.TryParse(Received, out _);

    public StunFingerprintStatus ParseAndVerifyFingerprint() => ParsedMessage().VerifyFingerprint();

    public ulong ParseAndVerify()
    {
        StunReader message = ParsedMessage();
        if (message.VerifyFingerprint() != StunFingerprintStatus.Ok || message.VerifyIntegrity(Key) != StunIntegrityStatus.Ok)
        {
            throw new InvalidOperationException("The message does not verify.");
        }

        return Read(message);
    }

    public int Build()
    {
        var writer = new StunWriter(_buffer, StunMethod.Binding, StunClass.Request, Id);
        writer.AddBytes(StunAttributeType.Username, _username);
        writer.AddUInt32(StunAttributeType.Priority, 1845494271);
        writer.AddUInt64(StunAttributeType.IceControlling, 0x932FF9B151263B36);
        writer.AddFlag(StunAttributeType.UseCandidate);
        writer.AddIntegrity(Key);
        writer.AddFingerprint();
        return writer.Length;
    }

    private static ulong Read(StunReader message)
    {
        message.GetText(StunAttributeType.Username, out ReadOnlySpan<byte> username);
        message.GetUInt32(StunAttributeType.Priority, out uint priority);
        message.GetUInt64(StunAttributeType.IceControlling, out ulong tieBreaker);
        StunAttributeStatus nominated = message.GetFlag(StunAttributeType.UseCandidate);
        return (ulong)username.Length + priority + tieBreaker + (ulong)nominated + (ulong)message.Method + message.TransactionId.Low;
    }

    private StunReader ParsedMessage() => StunReader.TryParse(Received, out StunReader message) == StunParseStatus.Ok
        ? message
        : throw new InvalidOperationException("The message does not parse.");
}
