using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Virtual;

public class SeededRandomSourceTests
{
    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        Draw(new SeededRandomSource(5)).Should().Equal(Draw(new SeededRandomSource(5)));
        Draw(new SeededRandomSource(5)).Should().NotEqual(Draw(new SeededRandomSource(6)));
    }

    // The reference generator, seeded by splitmix64 from 0: its first outputs, computed apart from this code.
    [Fact]
    public void The_sequence_is_the_one_of_xoshiro256_star_star()
    {
        SeededRandomSource source = new(0);

        source.NextUInt64().Should().Be(0x99EC5F36CB75F2B4);
        source.NextUInt64().Should().Be(0xBF6E1F784956452A);
        source.NextUInt64().Should().Be(0x1A5F849D4933E6E0);
    }

    [Fact]
    public void A_derived_source_does_not_depend_on_what_was_drawn_before()
    {
        SeededRandomSource one = new(5), other = new(5);
        other.NextUInt64();

        Draw(one.Derive("links")).Should().Equal(Draw(other.Derive("links")));
        Draw(one.Derive("links")).Should().NotEqual(Draw(one.Derive("nat")));
    }

    [Fact]
    public void Numbers_stay_in_their_range_and_reach_all_of_it()
    {
        SeededRandomSource source = new(1);
        HashSet<int> seen = [];
        for (int i = 0; i < 1000; i++)
        {
            seen.Add(source.NextInt32(10));
            source.NextDouble().Should().BeInRange(0, 1).And.NotBe(1);
        }

        seen.Should().BeEquivalentTo(Enumerable.Range(0, 10));
    }

    private static byte[] Draw(SeededRandomSource source)
    {
        byte[] bytes = new byte[37];
        source.Fill(bytes);
        return bytes;
    }
}
