namespace IceSharp.Protocol.Dns;

/// <summary>One name server within a question: its socket, the ID it was asked with and what it is good for still.</summary>
internal sealed class DnsServerTurn(TransportAddress server, SocketHandle socket)
{
    public TransportAddress Server { get; } = server;

    public SocketHandle Socket { get; } = socket;

    public DnsServerTurnState State { get; set; }

    /// <summary>The request that the host has not answered yet.</summary>
    public int RequestId { get; set; }

    /// <summary>ID of the query; the same for repetitions, so that a late response to the first one counts.</summary>
    public ushort QueryId { get; set; }

    /// <summary>Whether EDNS is used; not with a server that has shown that it does not know it.</summary>
    public bool Edns { get; set; } = true;

    public bool TransmitPending { get; set; }
}
