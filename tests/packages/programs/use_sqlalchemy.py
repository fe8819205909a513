# /// script
# dependencies = ["sqlalchemy"]
# ///
"""Tables as classes, relations, queries and a rollback, in SQLite."""

from sqlalchemy import ForeignKey, create_engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    books: Mapped[list["Book"]] = relationship(back_populates="author")


class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
    author: Mapped[Author] = relationship(back_populates="books")


engine = create_engine("sqlite:///a.db")
Base.metadata.create_all(engine)
with Session(engine) as session:
    session.add(Author(name="Ada", books=[Book(title="One"), Book(title="Two")]))
    session.commit()
    query = select(Author.name, func.count(Book.id)).join(Book).group_by(Author.id)
    assert session.execute(query).all() == [("Ada", 2)]
    session.add(Author(name="Ada"))
    try:
        session.commit()
        raise AssertionError("the name is taken")
    except IntegrityError:
        session.rollback()
    assert session.scalars(select(Book).order_by(Book.title.desc())).first().author.name == "Ada"
